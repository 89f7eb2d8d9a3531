import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, Nodes, request, until } from './nodes.fixture.js';

let nodes: Nodes;
let receiver: Server;
let folder: string;
let isAway = false;

/** Ids of the created apps that arrived, signed, in order. */
const arrived: string[] = [];

beforeEach(async () => {
  nodes = new Nodes();
  folder = mkdtempSync(join(tmpdir(), 'ekiden-webhooks-'));
  arrived.length = 0;
  isAway = false;
  receiver = createServer((call, answer) => {
    let body = '';
    call.setEncoding('utf8').on('data', (text: string) => (body += text));
    call.on('end', () => {
      const isTaken = !isAway && call.headers['x-ekiden-signature'] !== undefined;
      if (isTaken) arrived.push((JSON.parse(body) as { data: { app: { id: string } } }).data.app.id);
      answer.writeHead(isTaken ? 204 : 503).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await nodes.stop();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
});

function keyFile(name: string): string[] {
  const path = join(folder, name);
  writeFileSync(path, randomBytes(32).toString('base64'));
  return ['--webhook_key_file', path];
}

const body = () => ({
  url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  eventTypes: ['AppCreated'],
  format: 'cloudevents',
  secret: 'hush',
});

/** A webhook over two nodes; its creation through the one that stands by. */
async function subscribed(...keys: readonly (readonly string[])[]) {
  const leader = await nodes.start(...(keys[0] ?? []));
  const standby = await nodes.start(...(keys[1] ?? keys[0] ?? []));
  await until(async () => (await request('GET', `${standby.url}/ready`)).status === 200);
  const answer = await request('POST', `${standby.url}/ekiden/v1/webhooks`, body());
  return { leader, standby, answer };
}

const webhook = async (url: string) => {
  const { body: list } = await request('GET', `${url}/ekiden/v1/webhooks`);
  return (list as { webhooks: { state: string; lastError?: string }[] }).webhooks[0];
};

describe('webhooks of a cluster', () => {
  it('are served by the leader, then by the next one, without a gap', async () => {
    const { leader, standby, answer } = await subscribed(keyFile('key'));
    expect(answer.status).toBe(201);
    await createApp(leader, 'one');
    await until(() => arrived.includes('/one'));
    isAway = true;
    await createApp(leader, 'two');
    await until(async () => (await webhook(standby.url))?.state === 'backing-off');
    leader.candidate.lose('session');
    await until(() => standby.candidate.mayAct());
    expect((await createApp(standby, 'three')).status).toBe(201);
    isAway = false;
    await until(() => arrived.includes('/three'));
    expect([...new Set(arrived)]).toEqual(['/one', '/two', '/three']);
    await until(async () => (await webhook(standby.url))?.state === 'active');
  });

  it('say which key is missing when the leader has another one', async () => {
    const { leader, standby } = await subscribed(keyFile('one'), keyFile('other'));
    leader.candidate.lose('session');
    await until(() => standby.candidate.mayAct());
    await createApp(standby, 'one');
    await until(async () => (await webhook(standby.url))?.state === 'backing-off');
    expect((await webhook(standby.url))?.lastError).toContain('it is sealed with another key');
    expect(arrived).toEqual([]);
  });

  it('have no secret without a key that all nodes share', async () => {
    const { answer } = await subscribed();
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain('--webhook_key_file');
  });

  it('need a key file that holds a key', async () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    await expect(nodes.start('--webhook_key_file', path)).rejects.toMatchObject({
      name: 'SettingError',
      message: expect.stringContaining('32 random bytes'),
    });
  });
});
