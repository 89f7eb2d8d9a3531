import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createHarness, eventually, SUBSCRIBED, type Harness } from './client-harness.fixture.js';
import { ScriptedMaster } from './scripted-master.fixture.js';

let master: ScriptedMaster;
let harness: Harness;

function start(...parameters: Parameters<typeof createHarness>): void {
  harness = createHarness(...parameters);
  harness.client.start(harness.handlers);
}

const basic = (secret: string): string => `Basic ${Buffer.from(`ekiden:${secret}`).toString('base64')}`;

beforeEach(async () => {
  master = await ScriptedMaster.start();
});

afterEach(async () => {
  harness.client.stop();
  await master.stop();
});

describe('credentials', () => {
  it('are sent with each request, and read again when they are refused', async () => {
    let secret = 'first';
    start([master.url], { authentication: { principal: 'ekiden', secret: () => secret } });
    const refused = await master.next();
    expect(refused.headers.authorization).toBe(basic('first'));
    secret = 'second';
    refused.respond(401, '401 Unauthorized.');
    const request = await master.next();
    expect(request.headers.authorization).toBe(basic('second'));
    request.openStream().send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    expect(harness.handlers.alerts).toEqual([]);
  });

  it('renewed by the first of several refused calls serve them all', async () => {
    let secret = 'first';
    let asked = 0;
    const source = (): string => {
      asked += 1;
      return secret;
    };
    start([master.url], { authentication: { principal: 'ekiden', secret: source } });
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    secret = 'second';
    const acknowledge = (task: string) =>
      harness.client.call({
        type: 'ACKNOWLEDGE',
        acknowledge: { agent_id: { value: 'S' }, task_id: { value: task }, uuid: 'dyokPL64Ta2ck9xwpYSskg==' },
      });
    const results = [acknowledge('a'), acknowledge('b')];
    const refused = [await master.next(), await master.next()];
    for (const request of refused) request.respond(401, '401 Unauthorized.');
    const repeated = [await master.next(), await master.next()];
    for (const request of repeated) request.respond(202);
    expect(repeated.map(({ headers }) => headers.authorization)).toEqual([basic('second'), basic('second')]);
    expect(await Promise.all(results)).toEqual(results.map(() => ({ outcome: 'accepted', status: 202 })));
    expect(asked).toBe(2);
    expect(harness.handlers.alerts).toEqual([]);
  });

  it.each([
    { principal: 'eki:den', secret: 'hidden-secret', why: 'the principal' },
    { principal: 'ekiden', secret: 'hidden:secret', why: 'the secret' },
    {
      principal: 'ekiden',
      secret: () => {
        throw new Error('hidden:secret');
      },
      why: 'an unreadable secret',
    },
  ])(
    'with a colon in $why are refused before anything is sent, and never shown',
    async ({ principal, secret }) => {
      start([master.url], { authentication: { principal, secret } });
      await eventually(() => expect(harness.client.state).toBe('FATAL'));
      expect(harness.handlers.fatal).toMatchObject([{ reaction: 'stop', code: 'InvalidCredentials' }]);
      expect(JSON.stringify([harness.handlers.fatal, harness.logger.lines])).not.toMatch(/hidden/u);
      expect(master.received).toEqual([]);
    },
  );
});
