import { describe, expect, it } from 'vitest';
import type { TaskStatus } from '#mesos';
import { eventually } from '../agent/agent.fixture.js';
import type { SchedulerClient } from '../master/contract/scheduler-client.fixture.js';
import { useCluster } from './control.fixture.js';

const { cluster, start, agents, becomes, subscribe, runTask, post } = useCluster();

const statuses = (client: SchedulerClient): TaskStatus[] =>
  client.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status] : []));

async function acknowledge(client: SchedulerClient, { task_id, agent_id, uuid }: TaskStatus): Promise<void> {
  await client.call({ type: 'ACKNOWLEDGE', acknowledge: { task_id, agent_id, uuid } });
}

/** Acknowledges what comes until a status passes. */
async function until(client: SchedulerClient, passes: (status: TaskStatus) => boolean): Promise<TaskStatus> {
  for (let seen = 0; ; seen += 1) {
    const status = await eventually(() => statuses(client)[seen], 'another status');
    await acknowledge(client, status);
    if (passes(status)) return status;
  }
}

/** Attributes and processors of the agent at a place, as it is offered. */
async function offered(client: SchedulerClient, place: number): Promise<unknown> {
  const id = agents()[place]!.id;
  const offer = await eventually(() => {
    const offers = client.events.flatMap((event) =>
      event.type === 'OFFERS' ? (event.offers.offers ?? []) : [],
    );
    return offers.findLast(({ agent_id }) => agent_id.value === id);
  }, 'an offer');
  const cpus = offer.resources?.find(({ name }) => name === 'cpus');
  return {
    attributes: offer.attributes?.map((attribute) =>
      attribute.type === 'TEXT' ? attribute.text.value : attribute.type,
    ),
    cpus: cpus?.type === 'SCALAR' ? cpus.scalar.value : undefined,
  };
}

describe('agents', () => {
  it('are added, with what they differ in, each with ports of its own', async () => {
    await start();
    const added = await post('agents', {
      count: 2,
      attributes: 'rack:r9',
      resources: 'cpus:3;mem:64',
    });
    expect(added).toEqual({ status: 200, body: { places: [1, 2] } });
    await becomes('registered', 1);
    await becomes('registered', 2);
    const client = await subscribe();
    for (const place of [1, 2]) {
      expect(await offered(client, place)).toEqual({ attributes: ['r9'], cpus: 3 });
    }
    const offers = client.events.flatMap((event) =>
      event.type === 'OFFERS' ? (event.offers.offers ?? []) : [],
    );
    const ports = offers.map(({ resources }) => resources?.find(({ name }) => name === 'ports'));
    expect(new Set(ports.map((resource) => JSON.stringify(resource))).size).toBe(3);
    client.disconnect();
  });

  it('are something else from then on, without losing their id', async () => {
    await start();
    const [{ id } = { id: '' }] = agents();
    expect((await post('agents/0/attributes', { attributes: 'rack:r7' })).status).toBe(200);
    expect((await post('agents/0/resources', { resources: 'cpus:2;mem:512' })).status).toBe(200);
    await becomes('registered');
    expect(agents()[0]?.id).toBe(id);
    const client = await subscribe();
    expect(await offered(client, 0)).toMatchObject({ attributes: ['r7'], cpus: 2 });
    client.disconnect();
  });

  it('stay what they were when they cannot be what was asked for', async () => {
    await start();
    expect((await post('agents/0/resources', { resources: 'cpus:many' })).status).toBe(409);
    await becomes('registered');
    const client = await subscribe();
    expect(await offered(client, 0)).toMatchObject({ cpus: 8 });
    client.disconnect();
  });
});

describe('a task', () => {
  it('is reported healthy and unhealthy', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    await until(client, ({ state }) => state === 'TASK_RUNNING');
    for (const healthy of [true, false]) {
      expect((await post('tasks/t/health', { healthy })).status).toBe(200);
      const status = await until(client, (other) => other.healthy === healthy);
      expect(status).toMatchObject({
        state: 'TASK_RUNNING',
        reason: 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED',
      });
    }
    client.disconnect();
  });

  it('is reported as whatever is asked for, with an acknowledgement like any other', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    const lost = { state: 'TASK_GONE', reason: 'REASON_CONTAINER_PREEMPTED', message: 'scripted' };
    expect((await post('tasks/t/status', lost)).status).toBe(200);
    expect(await until(client, ({ state }) => state === 'TASK_GONE')).toMatchObject(lost);
    await eventually(() => agents()[0]?.tasks['TASK_GONE'] === undefined, 'its end in the table');
    client.disconnect();
  });
});

it('adds agents in other regions, too', async () => {
  await start();
  await post('agents', { domain: 'eu/z1' });
  await becomes('registered', 1);
  const state = (await (await fetch(`${cluster().url}/slaves`)).json()) as { slaves: { domain?: unknown }[] };
  expect(state.slaves.map(({ domain }) => domain)).toContainEqual({
    fault_domain: { region: { name: 'eu' }, zone: { name: 'z1' } },
  });
});

it('doubles messages on their way', async () => {
  await start();
  const client = await subscribe();
  await runTask(client);
  await until(client, ({ state }) => state === 'TASK_RUNNING');
  expect((await post('link', { agent: '0', duplicate: 1 })).status).toBe(200);
  await post('tasks/t/health', { healthy: true });
  const copies = () => statuses(client).filter(({ healthy }) => healthy === true);
  await eventually(() => copies().length === 2, 'two copies');
  expect(new Set(copies().map(({ uuid }) => uuid)).size).toBe(1);
  client.disconnect();
});

it.each<[path: string, body: unknown, status: number]>([
  ['agents', { count: 0 }, 400],
  ['agents', { domain: 'eu' }, 400],
  ['agents', { colour: 'red' }, 400],
  ['agents/0/attributes', {}, 400],
  ['agents/7/attributes', { attributes: 'a:b' }, 404],
  ['tasks/none/health', { healthy: true }, 404],
  ['tasks/none/status', { state: 'TASK_ODD' }, 400],
  ['link', { duplicate: 2 }, 400],
])('refuses %s of %j', async (path, body, status) => {
  await start();
  expect((await post(path, body)).status).toBe(status);
  expect(cluster().agents).toHaveLength(1);
});
