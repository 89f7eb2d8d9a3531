import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TaskStatus } from '#mesos';
import { acceptBody, taskInfo } from './master/calls/task-info.fixture.js';
import { readRecordedSession } from '../../../test/support/recorded-session.js';
import { recordedEvents, shapesByKind } from './master/contract/recording.fixture.js';
import { SchedulerClient } from './master/contract/scheduler-client.fixture.js';
import { FRAMEWORK, until } from './master/master-harness.fixture.js';
import type { LocalAgentsOptions } from './control/local-agents.js';
import { startLocalCluster, type LocalCluster } from './start-local-cluster.js';

let dataDir: string;
let running: LocalCluster | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cluster-'));
});

afterEach(async () => {
  await running?.stop({ keepTasks: false });
  running = undefined;
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
});

async function start(agents: LocalAgentsOptions = {}): Promise<LocalCluster> {
  running = await startLocalCluster({
    dataDir,
    master: { port: 0, allocationIntervalMs: 20 },
    agents: { firstPort: 0, resources: 'cpus:8;mem:8192;disk:10000', ...agents },
  });
  return running;
}

async function subscribe(cluster: LocalCluster, frameworkId?: string): Promise<SchedulerClient> {
  const client = new SchedulerClient(cluster.url);
  const id = frameworkId === undefined ? {} : { id: { value: frameworkId } };
  const capabilities = [{ type: 'MULTI_ROLE' }, { type: 'TASK_KILLING_STATE' }, { type: 'PARTITION_AWARE' }];
  await client.subscribe({
    ...(frameworkId === undefined ? {} : { framework_id: { value: frameworkId } }),
    subscribe: { framework_info: { ...FRAMEWORK, capabilities, ...id } },
  });
  await until(() => client.frameworkId !== '');
  return client;
}

/** Acknowledges updates as they come, as a framework must to see the next ones. */
async function seeState(client: SchedulerClient, taskId: string, state: string): Promise<void> {
  for (let seen = 0; ;) {
    await until(() => client.events.length > seen);
    const event = client.events[seen++]!;
    if (event.type !== 'UPDATE') continue;
    const { task_id, uuid, agent_id } = event.update.status;
    if (uuid !== undefined)
      await client.call({ type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } });
    if (task_id.value === taskId && event.update.status.state === state) return;
  }
}

const statusesOf = (client: SchedulerClient): TaskStatus[] =>
  client.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status] : []));

/** Acknowledges so many updates, in the order in which they come. */
async function seeUpdates(client: SchedulerClient, count: number): Promise<void> {
  for (let seen = 0; seen < count; seen++) {
    await until(() => statusesOf(client).length > seen);
    const { task_id, uuid, agent_id } = statusesOf(client)[seen]!;
    await client.call({ type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } } as never);
  }
}

async function launch(client: SchedulerClient, commands: Record<string, string>): Promise<void> {
  const offer = await client.offer();
  const tasks = Object.entries(commands).map(([id, value]) =>
    taskInfo(id, offer.agent_id.value, { command: { shell: true, value } }),
  );
  await client.call(acceptBody([offer.id.value], tasks) as never);
}

it('runs processes, and its frames have the shapes of the recording', async () => {
  const cluster = await start();
  const client = await subscribe(cluster);
  await launch(client, { long: 'sleep 60', good: 'exit 0', bad: 'exit 3' });
  await seeState(client, 'good', 'TASK_FINISHED');
  await seeState(client, 'bad', 'TASK_FAILED');
  await seeState(client, 'long', 'TASK_RUNNING');
  await client.call({ type: 'RECONCILE', reconcile: { tasks: [{ task_id: { value: 'long' } }] } });
  await client.call({ type: 'KILL', kill: { task_id: { value: 'long' } } });
  await seeState(client, 'long', 'TASK_KILLED');
  client.disconnect();
  const recorded = shapesByKind(recordedEvents(readRecordedSession('scheduler-session')));
  // Later offers hold what ended tasks freed while the first one is still out, so they need not be whole.
  const [firstOffers] = client.events.filter((event) => event.type === 'OFFERS');
  const own = shapesByKind(client.events.filter((event) => event.type !== 'OFFERS' || event === firstOffers));
  expect([...own.keys()]).toEqual(
    expect.arrayContaining(
      ['STARTING', 'RUNNING', 'KILLING', 'KILLED'].map((state) => `UPDATE TASK_${state} SOURCE_EXECUTOR`),
    ),
  );
  const strange = [...own].flatMap(([kind, shapes]) =>
    [...shapes].filter((shape) => recorded.get(kind)?.has(shape) !== true).map((shape) => [kind, shape]),
  );
  expect(strange).toEqual([]);
});

it('reports health and checks of a task, and knows them when it is asked', async () => {
  const cluster = await start();
  const client = await subscribe(cluster);
  const offer = await client.offer();
  const rhythm = { delay_seconds: 0, interval_seconds: 0.05, timeout_seconds: 5 };
  const check = { type: 'COMMAND' as const, command: { command: { value: 'exit 2' } }, ...rhythm };
  const health_check = { type: 'COMMAND' as const, command: { value: 'true' }, ...rhythm };
  const task = taskInfo('t', offer.agent_id.value, { command: { value: 'sleep 60' }, health_check, check });
  await client.call(acceptBody([offer.id.value], [task]) as never);
  await seeState(client, 't', 'TASK_RUNNING');
  const found = { healthy: true, check_status: { type: 'COMMAND', command: { exit_code: 2 } } };
  await seeUpdates(client, 4);
  expect(statusesOf(client).at(-1)).toMatchObject({ state: 'TASK_RUNNING', ...found });
  await client.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
  await until(() => statusesOf(client).at(-1)?.reason === 'REASON_RECONCILIATION');
  expect(statusesOf(client).at(-1)).toMatchObject({ state: 'TASK_RUNNING', ...found });
  client.disconnect();
});

it('finds tasks again that were left running, and ends them when it is told to', async () => {
  const first = await start();
  const client = await subscribe(first);
  await launch(client, { long: 'sleep 60' });
  await seeState(client, 'long', 'TASK_RUNNING');
  const pid = pidOf(client);
  expect(await first.stop({ keepTasks: true })).toEqual({ stoppedTasks: 0 });
  expect(isAlive(pid)).toBe(true);

  const second = await start();
  const again = await subscribe(second, client.frameworkId);
  const reconcile = { tasks: [{ task_id: { value: 'long' } }] };
  await again.offer();
  await again.call({ type: 'RECONCILE', reconcile });
  await until(() => again.events.some((event) => event.type === 'UPDATE'));
  expect(again.events.find((event) => event.type === 'UPDATE')).toMatchObject({
    update: { status: { state: 'TASK_RUNNING', reason: 'REASON_RECONCILIATION' } },
  });
  expect(await second.stop({ keepTasks: false })).toEqual({ stoppedTasks: 1 });
  running = undefined;
  await until(() => !isAlive(pid));
});

function pidOf(client: SchedulerClient): number {
  return statusesOf(client).at(-1)!.container_status!.executor_pid!;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: no such process.
    return false;
  }
}

it('offers each of several agents under an address of its own, with ports that do not overlap', async () => {
  const cluster = await start({ count: 3, addressing: 'loopback' });
  const client = await subscribe(cluster);
  const offers = [await client.offer(), await client.offer(), await client.offer()];
  expect(offers.map((offer) => offer.hostname).toSorted()).toEqual([
    '127.0.0.10',
    '127.0.0.11',
    '127.0.0.12',
  ]);
  const ranges = offers.flatMap((offer) => {
    const ports = offer.resources!.find((resource) => resource.name === 'ports');
    return ports?.type === 'RANGES' ? (ports.ranges.range ?? []) : [];
  });
  expect(ranges).toHaveLength(3);
  ranges.sort((left, right) => left.begin - right.begin);
  for (const [index, range] of ranges.slice(1).entries())
    expect(range.begin).toBeGreaterThan(ranges[index]!.end);
  client.disconnect();
});

it('refuses several agents with the same ports', async () => {
  await expect(start({ count: 2, resources: 'ports:[1-9]' })).rejects.toThrow(
    /cannot all offer the same ports/,
  );
});
