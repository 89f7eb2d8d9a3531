import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition, instanceId, launchEvents } from '../../../../test/support/domain-objects.js';

const ID = instanceId('/foo', 1);
const TASK = `${ID}._app.1`;
const ROOT = `/frameworks/fw-1/executors/${TASK}/runs/latest`;
const CONTENT = 'grüße\n';

let api: TestApi;
let agent: Server;
let asked: IncomingMessage[];

beforeEach(async () => {
  asked = [];
  agent = createServer((incoming, response) => {
    asked.push(incoming);
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://agent');
    const path = searchParams.get('path');
    const offset = Number(searchParams.get('offset'));
    if (pathname === '/files/browse' && path === ROOT) {
      const entry = { path: `${ROOT}/stdout`, size: 8, mtime: 7, mode: '-rw-r--r--', uid: 'x' };
      response.end(JSON.stringify([entry, { ...entry, path: `${ROOT}/logs`, mode: 'drwxr-xr-x' }]));
    } else if (path !== `${ROOT}/stdout`) response.writeHead(404).end();
    else if (pathname === '/files/download') response.end(CONTENT);
    else if (offset < 0) response.end(JSON.stringify({ data: '', offset: Buffer.byteLength(CONTENT) }));
    else {
      const data = Buffer.from(CONTENT).subarray(offset, offset + Number(searchParams.get('length')));
      response.end(JSON.stringify({ data: data.toString(), offset }));
    }
  });
  await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  api = await startApi();
  const url = `http://127.0.0.1:${(agent.address() as AddressInfo).port}`;
  api.leader.agents.set('agent-S0', { url, authorization: 'Basic x' });
  const app = appDefinition();
  await api.leader.append([
    { type: 'FrameworkRegistered', data: { frameworkId: 'fw-1', master: 'm' } },
    { type: 'AppCreated', data: { app } },
    ...launchEvents(app),
  ]);
});

afterEach(async () => {
  await api.close();
  agent.close();
});

function breakOff(response: ServerResponse, status = 200): void {
  response.writeHead(status, { 'content-length': '100' }).write('{');
  setTimeout(() => response.destroy(), 20);
}

const files = (rest: string, id = ID) => request(api.url).get(`/ekiden/v1/instances/${id}/files${rest}`);

const task = { instanceId: ID, taskId: TASK, appId: '/foo', agentId: 'agent-S0', host: 'agent1.example' };

describe('the files of a task', () => {
  test('are listed with paths below its sandbox, asked for with the credentials of the framework', async () => {
    const { body } = await files('').expect(200);
    const file = { path: 'stdout', size: 8, mtime: 7, mode: '-rw-r--r--', directory: false };
    const folder = { ...file, path: 'logs', mode: 'drwxr-xr-x', directory: true };
    expect(body).toEqual({ ...task, state: 'running', files: [file, folder] });
    expect(asked[0]!.headers.authorization).toBe('Basic x');
  });

  test('are read by instance and by task, without an offset nothing but the size', async () => {
    const whole = { data: CONTENT, offset: 0, length: 8, size: 8 };
    await files('/read?path=stdout&offset=0').expect(200, whole);
    await files('/read?path=stdout&offset=0', TASK).expect(200, whole);
    await files('/read?path=/stdout&offset=0&length=3').expect(200, { ...whole, data: 'gr', length: 2 });
    await files('/read?path=stdout').expect(200, { data: '', offset: 8, length: 0, size: 8 });
    const { body } = await files('/download?path=stdout').expect(200);
    expect(String(body)).toBe(CONTENT);
  });

  test('are still there when the instance is no more', async () => {
    const { version } = appDefinition();
    const gone = { instanceId: ID, appId: '/foo', version, host: null, agentId: null };
    await api.leader.append([{ type: 'InstanceExpunged', data: { ...gone, condition: 'Finished' } }]);
    await files('/read?path=stdout&offset=0', TASK).expect(200);
    expect((await files('')).body).toMatchObject({ ...task, state: 'ended' });
  });
});

describe('refused is', () => {
  test.each([
    ['/read?path=../stdout&offset=0', 400],
    ['/read?path=a/../../stdout&offset=0', 400],
    ['/read?offset=0', 400],
    ['/read?path=stdout&offset=-2', 400],
    ['/read?path=stdout&offset=x', 400],
    ['/read?path=other&offset=0', 404],
  ])('%s with %d', async (rest, status) => {
    expect((await files(rest)).status).toBe(status);
  });

  test('what is of nobody, and what no agent has', async () => {
    expect((await files('', instanceId('/foo', 9))).status).toBe(404);
    expect((await files('', `${ID}._app.2`)).status).toBe(404);
    api.leader.agents.clear();
    expect((await files('')).status).toBe(502);
    api.leader.agents.set('agent-S0', { url: 'http://127.0.0.1:1' });
    expect((await files('')).status).toBe(502);
  });

  test.each([
    ['is no JSON', (response: ServerResponse) => response.end('<html>')],
    ['breaks off', breakOff],
    ['is an error that breaks off', (response: ServerResponse) => breakOff(response, 404)],
  ])('with 502 what is asked of an agent whose answer %s', async (_name, misbehave) => {
    agent.removeAllListeners('request').on('request', (_incoming, response) => misbehave(response));
    for (const rest of ['', '/read?path=stdout&offset=0']) expect((await files(rest)).status).toBe(502);
  });
});
