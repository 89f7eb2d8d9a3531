import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CallBody } from '../protocol/call.js';
import {
  createHarness,
  eventually,
  FRAMEWORK_ID,
  SUBSCRIBED,
  type Harness,
} from './client-harness.fixture.js';
import { ManualClock } from './manual-clock.fixture.js';
import { ScriptedMaster, type OpenStream } from './scripted-master.fixture.js';

let master: ScriptedMaster;
let harness: Harness;

async function subscribe(changes: Parameters<typeof createHarness>[1] = {}): Promise<OpenStream> {
  harness = createHarness([master.url], changes);
  harness.client.start(harness.handlers);
  const stream = (await master.next()).openStream();
  stream.send(SUBSCRIBED);
  await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
  return stream;
}

function kill(task: string): CallBody {
  return { type: 'KILL', kill: { task_id: { value: task } } };
}

function acknowledge(task: string): CallBody {
  const uuid = 'dyokPL64Ta2ck9xwpYSskg==';
  return { type: 'ACKNOWLEDGE', acknowledge: { agent_id: { value: 'S0' }, task_id: { value: task }, uuid } };
}

beforeEach(async () => {
  master = await ScriptedMaster.start();
});

afterEach(async () => {
  harness.client.stop();
  await master.stop();
});

const id = (value: string): { value: string } => ({ value });
const EVERY_CALL: CallBody[] = [
  { type: 'TEARDOWN' },
  { type: 'ACCEPT', accept: { offer_ids: [id('O1')], operations: [], filters: { refuse_seconds: 0 } } },
  { type: 'DECLINE', decline: { offer_ids: [id('O1'), id('O2')], filters: { refuse_seconds: 120 } } },
  { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: { inverse_offer_ids: [id('O3')] } },
  { type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: { inverse_offer_ids: [id('O3')] } },
  { type: 'REVIVE', revive: { roles: ['ekiden'] } },
  { type: 'SUPPRESS' },
  kill('a'),
  { type: 'SHUTDOWN', shutdown: { executor_id: id('E'), agent_id: id('S0') } },
  acknowledge('a'),
  {
    type: 'ACKNOWLEDGE_OPERATION_STATUS',
    acknowledge_operation_status: {
      agent_id: id('S0'),
      uuid: 'YHB1P0zbSg2jjp1vhQGJHA==',
      operation_id: id('r'),
    },
  },
  { type: 'RECONCILE', reconcile: { tasks: [{ task_id: id('a'), agent_id: id('S0') }] } },
  { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations: [{ operation_id: id('r') }] } },
  { type: 'MESSAGE', message: { agent_id: id('S0'), executor_id: id('E'), data: 'aGVsbG8=' } },
  { type: 'REQUEST', request: { requests: [] } },
  { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info: { user: 'root', name: 'ekiden' } } },
];

describe('calls', () => {
  it.each(EVERY_CALL)('$type has the envelope and the headers of the session', async (body) => {
    await subscribe();
    const result = harness.client.call(body);
    const request = await master.next();
    expect(request.json).toEqual({ ...body, framework_id: { value: FRAMEWORK_ID } });
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers['mesos-stream-id']).toBe('stream-1');
    request.respond(202);
    expect(await result).toEqual({ outcome: 'accepted', status: 202 });
  });

  it('arrive one after the other over one connection of their own', async () => {
    await subscribe();
    const tasks = Array.from({ length: 50 }, (_, index) => `task-${index}`);
    const results = Promise.all(tasks.map((task) => harness.client.call(kill(task))));
    const arrived: unknown[] = [];
    while (arrived.length < tasks.length) {
      const request = await master.next();
      arrived.push((request.json['kill'] as { task_id: { value: string } }).task_id.value);
      expect(master.untaken, 'the next one waits for the answer').toBe(0);
      request.respond(202);
    }
    expect(arrived).toEqual(tasks);
    expect(new Set((await results).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    const [subscription, ...calls] = master.received.map(({ remotePort }) => remotePort);
    expect(new Set(calls).size).toBe(1);
    expect(calls).not.toContain(subscription);
  });

  it('are overtaken by acknowledgements, which share a connection without waiting for each other', async () => {
    await subscribe();
    void harness.client.call(kill('slow'));
    const slow = await master.next();
    const results = Array.from({ length: 1500 }, (_, index) =>
      harness.client.call(acknowledge(`task-${index}`)),
    );
    await eventually(() => expect(master.untaken).toBe(1024));
    const ports = new Set<number>();
    for (let index = 0; index < 1500; index += 1) {
      const request = await master.next();
      ports.add(request.remotePort);
      request.respond(202);
    }
    expect(ports.size).toBe(1);
    expect(new Set((await Promise.all(results)).map(({ outcome }) => outcome))).toEqual(
      new Set(['accepted']),
    );
    slow.respond(202);
  });

  it('go over a new connection when the one that they share breaks', async () => {
    await subscribe();
    const results = Array.from({ length: 20 }, (_, index) =>
      harness.client.call(acknowledge(`task-${index}`)),
    );
    (await master.next()).respond(202);
    const broken = await master.next();
    await eventually(() => expect(master.untaken).toBe(18));
    for (let index = 0; index < 18; index += 1) await master.next();
    broken.reset();
    for (let index = 0; index < 19; index += 1) {
      const repeated = await master.next();
      expect(repeated.remotePort).not.toBe(broken.remotePort);
      repeated.respond(202);
    }
    expect(new Set((await Promise.all(results)).map(({ outcome }) => outcome))).toEqual(
      new Set(['accepted']),
    );
  });

  it('are not sent without a subscription, nor on an offer of a former one', async () => {
    const accept: CallBody = { type: 'ACCEPT', accept: { offer_ids: [{ value: 'O1' }] } };
    const first = await subscribe();
    first.end();
    const renewed = await master.next();
    expect(await harness.client.call(accept)).toMatchObject({ outcome: 'stale' });
    renewed.openStream('stream-2').send(SUBSCRIBED);
    await eventually(() => expect(harness.client.subscription?.generation).toBe(2));
    expect(await harness.client.call(accept, 1)).toEqual({
      outcome: 'stale',
      reason: 'generation 1 is over, the present one is 2',
    });
    void harness.client.call(accept, 2);
    expect((await master.next()).headers['mesos-stream-id']).toBe('stream-2');
    expect(master.received.filter(({ json }) => json.type === 'ACCEPT')).toHaveLength(1);
  });

  it('that the master finds faulty are refused one by one', async () => {
    await subscribe();
    const result = harness.client.call(kill('a'));
    const text = "Failed to validate scheduler::Call: Expecting 'kill' to be present";
    (await master.next()).respond(400, text);
    expect(await result).toEqual({ outcome: 'rejected', status: 400, text });
    expect(harness.client.state).toBe('SUBSCRIBED');
  });

  it.each([
    { status: 400, text: 'Framework cannot be found', code: 'SessionStale' },
    { status: 403, text: 'Framework is not subscribed', code: 'SessionStale' },
    { status: 307, text: '', code: 'LeadershipMoved' },
    { status: 503, text: 'Master has not finished recovery', code: 'LeadershipMoved' },
  ])(
    'answered $status "$text" end the session once, however many there are',
    async ({ status, text, code }) => {
      const stream = await subscribe();
      const results = Array.from({ length: 8 }, (_, index) => harness.client.call(acknowledge(`t${index}`)));
      results.push(harness.client.call(kill('a')), harness.client.call(kill('b')));
      await eventually(() => expect(master.untaken).toBe(9));
      const requests = await Promise.all(Array.from({ length: 9 }, () => master.next()));
      for (const request of requests) {
        request.respond(status, text, { Location: `//${master.address}/api/v1/scheduler` });
      }
      const outcomes = await Promise.all(results);
      expect(outcomes[0]?.outcome).toBe('stale');
      expect(outcomes.at(-1)?.outcome).toBe('stale');
      await stream.closed;
      expect((await master.next()).json.type).toBe('SUBSCRIBE');
      expect(harness.handlers.disconnected).toMatchObject([{ code }]);
      expect(master.received.filter(({ json }) => json.type === 'SUBSCRIBE')).toHaveLength(2);
    },
  );

  it('may fail once; a second failure in a row ends the session', async () => {
    await subscribe();
    const attempt = async (answer: 'reset' | 500 | 202): Promise<string> => {
      const result = harness.client.call(kill('a'));
      const request = await master.next();
      if (answer === 'reset') {
        request.reset();
      } else {
        request.respond(answer);
      }
      return (await result).outcome;
    };
    expect(await attempt('reset')).toBe('unknown');
    expect(await attempt(202)).toBe('accepted');
    expect(await attempt(500)).toBe('unknown');
    expect(harness.client.state).toBe('SUBSCRIBED');
    expect(await attempt('reset')).toBe('unknown');
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'CallsFailing' }]));
    expect(
      master.received.filter(({ json }) => json.type === 'KILL'),
      'never sent twice',
    ).toHaveLength(4);
  });

  it('time out with an unknown outcome', async () => {
    await subscribe({ options: { callTimeoutMs: 50 } });
    const result = harness.client.call(kill('a'));
    await master.next();
    expect(await result).toMatchObject({ outcome: 'unknown' });
  });

  it('wait after 401, which raises an alert and keeps the stream', async () => {
    const clock = new ManualClock();
    await subscribe({ clock, options: { connectDelayMaxMs: 0 } });
    const refused = harness.client.call(kill('a'));
    (await master.next()).respond(401, '401 Unauthorized.');
    expect(await refused).toEqual({ outcome: 'rejected', status: 401, text: '401 Unauthorized.' });
    expect(harness.handlers.alerts).toMatchObject([{ code: 'Unauthorized' }]);
    void harness.client.call(kill('b'));
    void harness.client.call(acknowledge('c'));
    clock.advance(14_999);
    expect(master.untaken).toBe(0);
    expect(harness.client.state).toBe('SUBSCRIBED');
    clock.advance(1);
    expect(new Set([(await master.next()).json.type, (await master.next()).json.type])).toEqual(
      new Set(['KILL', 'ACKNOWLEDGE']),
    );
  });

  it('do not wait after an UPDATE_FRAMEWORK that is not authorised', async () => {
    await subscribe();
    const update: CallBody = {
      type: 'UPDATE_FRAMEWORK',
      update_framework: { framework_info: { user: 'u', name: 'n' } },
    };
    const result = harness.client.call(update);
    (await master.next()).respond(403, 'Not authorized to use role a');
    expect(await result).toMatchObject({ outcome: 'rejected', status: 403 });
    void harness.client.call(kill('a'));
    expect((await master.next()).json.type).toBe('KILL');
    expect(harness.handlers.alerts).toEqual([]);
  });

  it('wait as long as a proxy asks for', async () => {
    const clock = new ManualClock();
    await subscribe({ clock, options: { connectDelayMaxMs: 0 } });
    const refused = harness.client.call(kill('a'));
    (await master.next()).respond(429, '', { 'Retry-After': '3' });
    expect(await refused).toMatchObject({ outcome: 'rejected', status: 429 });
    void harness.client.call(kill('b'));
    clock.advance(3000);
    expect((await master.next()).json).toMatchObject({ kill: { task_id: { value: 'b' } } });
  });

  it('that wait when the client stops are stale, those under way unknown', async () => {
    await subscribe();
    const underWay = harness.client.call(kill('a'));
    const waiting = harness.client.call(kill('b'));
    await master.next();
    harness.client.stop();
    expect(await underWay).toMatchObject({ outcome: 'unknown' });
    expect(await waiting).toMatchObject({ outcome: 'stale' });
  });

  it('never show secrets in the log', async () => {
    await subscribe({ authentication: { principal: 'ekiden', secret: 'hush-hush' } });
    const result = harness.client.call({
      type: 'ACCEPT',
      accept: {
        offer_ids: [{ value: 'O1' }],
        operations: [
          {
            type: 'LAUNCH',
            launch: {
              task_infos: [
                {
                  name: 'a',
                  task_id: { value: 'a' },
                  agent_id: { value: 'S0' },
                  command: { environment: { variables: [{ name: 'PASSWORD', value: 'hush-hush' }] } },
                },
              ],
            },
          },
        ],
      },
    });
    (await master.next()).respond(501, 'unhandled');
    expect(await result).toMatchObject({ outcome: 'rejected', status: 501 });
    const log = harness.logger.lines.join('\n');
    expect(log).toContain('ACCEPT: 501 unhandled');
    expect(log).not.toContain('hush-hush');
    expect(log).not.toContain(Buffer.from('ekiden:hush-hush').toString('base64'));
  });
});
