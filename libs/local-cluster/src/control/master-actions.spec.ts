import { describe, expect, it } from 'vitest';
import type { Event } from '#mesos';
import { eventually } from '../agent/agent.fixture.js';
import { SchedulerClient, send } from '../master/contract/scheduler-client.fixture.js';
import { FRAMEWORK } from '../master/master-harness.fixture.js';
import type { JournalEntry } from './journal.js';
import { useCluster } from './control.fixture.js';

const { cluster, start, agents, standings, becomes, subscribe, runTask, post } = useCluster();

async function status(): Promise<Record<string, unknown>> {
  const response = await fetch(`${cluster().url}/_control/status`);
  return (await response.json()) as Record<string, unknown>;
}

async function journal(since = 0): Promise<JournalEntry[]> {
  const response = await fetch(`${cluster().url}/_control/journal?since=${since}`);
  return (await response.json()) as JournalEntry[];
}

const typesOf = (client: SchedulerClient): Event['type'][] => client.events.map(({ type }) => type);

const hasOffers = (client: SchedulerClient): boolean => typesOf(client).includes('OFFERS');

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

describe('a framework', () => {
  it('hears nothing while it is stalled, and everything thereafter', async () => {
    await start();
    await post('allocation/pause');
    const client = await subscribe();
    await post(`frameworks/${client.frameworkId}/stall`, { for: 0.4 });
    await post('allocation/run');
    await pause(100);
    expect(hasOffers(client)).toBe(false);
    expect(await status()).toMatchObject({ outstandingOffers: 1, frameworks: [{ standing: 'active' }] });
    await eventually(() => hasOffers(client), 'the offers');
    client.disconnect();
  });

  it('is sent an error, and loses its stream', async () => {
    await start();
    const client = await subscribe();
    await post(`frameworks/${client.frameworkId}/error`, { message: 'scripted' });
    await eventually(() => client.isEnded, 'the end of the stream');
    expect(client.events.at(-1)).toEqual({ type: 'ERROR', error: { message: 'scripted' } });
    await eventually(() => standings()[0] !== 'active', 'the cut');
  });
});

describe('offers', () => {
  it('are made only on demand while allocation is paused, also for who asks for them', async () => {
    await start(2);
    await post('allocation/pause');
    const client = await subscribe();
    await client.call({ type: 'REVIVE' });
    await pause(100);
    expect(hasOffers(client)).toBe(false);
    await post('allocation/run');
    await eventually(() => hasOffers(client), 'offers');
    expect(agents().map(({ offered }) => offered)).toEqual([1, 1]);
    client.disconnect();
  });

  it('are taken back one by one', async () => {
    await start(2);
    const client = await subscribe();
    const offer = await client.offer();
    await post('allocation/pause');
    expect((await post('offers/rescind', { offer: offer.id.value })).status).toBe(200);
    await eventually(() => typesOf(client).includes('RESCIND'), 'the rescission');
    expect(agents().reduce((sum, { offered }) => sum + offered, 0)).toBe(1);
    expect((await post('offers/rescind', { offer: offer.id.value })).status).toBe(404);
    client.disconnect();
  });
});

describe('a master that fails over', () => {
  it('is another one at the same address, to which agents and tasks come back', async () => {
    await start();
    const [{ id } = { id: '' }] = agents();
    const client = await subscribe();
    await runTask(client);
    const { masterId } = await status();
    expect((await post('master/failover', { agent_delay_ms: 50, unavailable_ms: 300 })).status).toBe(200);
    await eventually(() => client.isEnded, 'the end of the stream');
    await another(masterId);
    expect((await fetch(`${cluster().url}/health`)).status).toBe(503);
    await eventually(async () => (await fetch(`${cluster().url}/health`)).status === 200, 'its service');
    await becomes('registered');
    expect(agents()[0]).toMatchObject({ id, tasks: { TASK_RUNNING: 1 } });
    const again = await subscribeAs(client.frameworkId);
    expect(again.frameworkId).toBe(client.frameworkId);
    again.disconnect();
  });

  it('may have forgotten its agents; they come as ones it does not know', async () => {
    await start();
    const [{ id } = { id: '' }] = agents();
    const { masterId } = await status();
    await post(`agents/${id}/deactivate`);
    await post('master/failover', { lose_registry: true });
    await another(masterId);
    await becomes('registered');
    expect(agents()[0]).toMatchObject({ id });
    expect(agents()[0]?.standing).toBeUndefined();
  });
});

/** Waits for another master than this one; none listens in between. */
async function another(masterId: unknown): Promise<void> {
  await eventually(async () => {
    const present = await status().catch(() => undefined);
    return present !== undefined && present['masterId'] !== masterId;
  }, 'another master');
}

async function subscribeAs(id: string): Promise<SchedulerClient> {
  const client = new SchedulerClient(cluster().url);
  const body = {
    framework_id: { value: id },
    subscribe: { framework_info: { ...FRAMEWORK, id: { value: id } } },
  };
  await client.subscribe(body);
  await eventually(() => client.frameworkId !== '', 'the subscription');
  return client;
}

describe('requests', () => {
  it('are sent elsewhere, until they are no longer', async () => {
    await start();
    expect((await post('master/redirect', { to: 'other:5050' })).status).toBe(200);
    const answer = await send(`${cluster().url}/master/health?a=b`);
    expect([answer.status, answer.headers.location]).toEqual([307, '//other:5050/master/health?a=b']);
    expect((await post('master/redirect', 'null')).status).toBe(200);
    expect((await send(`${cluster().url}/health`)).status).toBe(200);
  });

  it('are answered as scripted, so many times', async () => {
    await start();
    const client = await subscribe();
    const path = '/api/v1/scheduler';
    await post('http/fault', { path, call_type: 'REVIVE', status: 503, times: 2 });
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push((await client.call({ type: 'REVIVE' })).status);
    answers.push((await client.call({ type: 'SUPPRESS' })).status);
    expect(answers).toEqual([503, 503, 202, 202]);
    await post('http/fault', { path: '/health', status: 500, delay_ms: 50 });
    const startedMs = performance.now();
    expect((await send(`${cluster().url}/health`)).status).toBe(500);
    expect(performance.now() - startedMs).toBeGreaterThan(45);
    client.disconnect();
  });

  it('are carried out although nobody is told', async () => {
    await start();
    const client = await subscribe();
    const offer = await client.offer();
    await post('allocation/pause');
    await post('http/fault', { path: '/api/v1/scheduler', call_type: 'DECLINE', drop_response: true });
    const decline = { offer_ids: [offer.id] };
    await expect(client.call({ type: 'DECLINE', decline })).rejects.toThrow('socket hang up');
    await eventually(() => agents()[0]?.offered === 0, 'the decline');
    client.disconnect();
  });
});

describe('time', () => {
  it('stands still until it is moved', async () => {
    await start();
    await post('clock', { mode: 'virtual' });
    const { nowMs } = await status();
    await pause(50);
    expect(await status()).toMatchObject({ nowMs, clock: { kind: 'virtual' } });
    expect((await post('clock/advance', { ms: 5_000 })).status).toBe(200);
    expect((await status())['nowMs']).toBe(Number(nowMs) + 5_000);
    await post('clock', { mode: 'real' });
    expect((await post('clock/advance', { ms: 1 })).status).toBe(409);
  });

  it('goes faster, and heartbeats are announced in the time of frameworks', async () => {
    await start();
    await post('clock', { mode: 'scaled', scale: 30 });
    const client = await subscribe();
    const [subscribed] = client.events;
    expect(subscribed).toMatchObject({ subscribed: { heartbeat_interval_seconds: 0.5 } });
    const heartbeats = (): number => typesOf(client).filter((type) => type === 'HEARTBEAT').length;
    await eventually(() => heartbeats() >= 3, 'heartbeats');
    client.disconnect();
  });
});

it('writes down what was said', async () => {
  await start();
  const client = await subscribe();
  await client.offer();
  await client.call({ type: 'REVIVE' });
  const entries = await journal();
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const outline = entries.map(({ kind, type }) => `${kind} ${type}`);
  expect(outline.slice(0, 4)).toEqual([
    'call SUBSCRIBE',
    'event SUBSCRIBED',
    'event HEARTBEAT',
    'event OFFERS',
  ]);
  const revive = entries.find(({ type }) => type === 'REVIVE')!;
  expect(revive).toMatchObject({ kind: 'call', framework_id: client.frameworkId });
  expect((await journal(revive.seq)).map(({ seq }) => seq)).not.toContain(revive.seq);
  expect((await fetch(`${cluster().url}/_control/journal?since=-1`)).status).toBe(400);
  client.disconnect();
});

describe('a scenario', () => {
  it('does one thing after the other, at their times', async () => {
    await start();
    const client = await subscribe();
    await client.offer();
    const steps = [
      { at_ms: 150, path: 'agents/0/reactivate' },
      { path: 'agents/0/deactivate' },
      { at_ms: 10, path: 'frameworks/nobody/disconnect' },
    ];
    expect((await post('scenario', steps)).status).toBe(200);
    await eventually(() => agents()[0]?.offered === 0, 'the first step');
    await eventually(() => agents()[0]?.offered === 1, 'the last step');
    expect((await status())['scenario']).toMatchObject({
      stepsLeft: 0,
      failures: [{ path: 'frameworks/nobody/disconnect' }],
    });
    client.disconnect();
  });

  it('does nothing at all when a step makes no sense', async () => {
    await start();
    const steps = [{ path: 'agents/0/deactivate' }, { path: 'agents/0/explode' }];
    expect((await post('scenario', steps)).status).toBe(404);
    expect((await post('scenario', [{ path: 'link', body: { loss: 2 } }])).status).toBe(400);
    await pause(50);
    expect(agents()[0]?.standing).toBeUndefined();
  });
});

it.each<[path: string, body: unknown, status: number]>([
  ['frameworks/none/stall', { for: 1 }, 404],
  ['frameworks/none/stall', {}, 400],
  ['frameworks/none/error', {}, 400],
  ['master/redirect', { to: 'http://a' }, 400],
  ['http/fault', { status: 500 }, 400],
  ['http/fault', { path: '/health', status: 99 }, 400],
  ['http/fault', { path: '/health', times: 0 }, 400],
  ['clock', { mode: 'wild' }, 400],
  ['clock', { mode: 'real', scale: 2 }, 400],
  ['clock', { mode: 'scaled' }, 400],
  ['constructor', {}, 404],
])('refuses %s of %j', async (path, body, expected) => {
  await start();
  expect((await post(path, body)).status).toBe(expected);
});
