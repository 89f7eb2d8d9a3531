import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskStatus } from '#mesos';
import { eventually } from '../agent/agent.fixture.js';
import { acceptBody, taskInfo } from '../master/calls/task-info.fixture.js';
import { SchedulerClient, send } from '../master/contract/scheduler-client.fixture.js';
import { FRAMEWORK } from '../master/master-harness.fixture.js';
import { silentLogger } from '../runtime/logger.js';
import { AgentNode } from './agent-node.js';
import { ElectionByHand } from './election.fixture.js';
import { MasterNode } from './master-node.js';

let dataDir: string;
let election: ElectionByHand;
let masters: MasterNode[];
let agents: AgentNode | undefined;
let lost: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'failover-'));
  election = new ElectionByHand();
  masters = [];
  agents = undefined;
  lost = [];
});

afterEach(async () => {
  await agents?.stop({ keepTasks: false });
  await Promise.all(masters.map((master) => master.stop()));
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
});

async function startMaster(): Promise<MasterNode> {
  const master = await MasterNode.start({
    master: { workDir: join(dataDir, 'mesos', 'master'), port: 0, allocationIntervalMs: 20 },
    election: election.place(),
    logger: silentLogger,
    onLost: (message) => lost.push(message),
  });
  masters.push(master);
  return master;
}

async function startAgents(): Promise<AgentNode> {
  agents = await AgentNode.start({
    dataDir,
    agents: { count: 1, firstPort: 0, resources: 'cpus:4;mem:4096;disk:1000' },
    detector: election,
    logger: silentLogger,
    onAllGone: () => lost.push('agents'),
  });
  return agents;
}

const isRegistered = (): boolean => agents!.agents.every((agent) => agent.isRegistered);

async function subscribe(master: MasterNode, frameworkId?: string): Promise<SchedulerClient> {
  const client = new SchedulerClient(master.url);
  const id = frameworkId === undefined ? undefined : { value: frameworkId };
  await client.subscribe({
    ...(id === undefined ? {} : { framework_id: id }),
    subscribe: { framework_info: { ...FRAMEWORK, ...(id === undefined ? {} : { id }) } },
  });
  await eventually(() => client.frameworkId !== '', 'the subscription');
  return client;
}

const statusesOf = (client: SchedulerClient): TaskStatus[] =>
  client.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status] : []));

/** Acknowledges updates as they come, up to one of the state. */
async function seeState(client: SchedulerClient, state: string): Promise<TaskStatus> {
  for (let seen = 0; ; seen += 1) {
    const status = await eventually(() => statusesOf(client)[seen], state);
    const { agent_id, task_id, uuid } = status;
    if (uuid !== undefined)
      await client.call({ type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } });
    if (status.state === state) return status;
  }
}

const reconciled = (client: SchedulerClient): TaskStatus | undefined =>
  statusesOf(client).find(({ reason }) => reason === 'REASON_RECONCILIATION');

/** A framework with a task that runs on the agent. */
async function runTask(master: MasterNode): Promise<{ client: SchedulerClient; status: TaskStatus }> {
  const client = await subscribe(master);
  const offer = await client.offer();
  const task = taskInfo('t', offer.agent_id.value, { command: { shell: true, value: 'sleep 600' } });
  await client.call(acceptBody([offer.id.value], [task]) as never);
  return { client, status: await seeState(client, 'TASK_RUNNING') };
}

describe('a master that does not lead', () => {
  it('tell when they are announced, and registered', async () => {
    const node = await startAgents();
    let joined = false;
    void node.registered.then(() => (joined = true));
    const master = await startMaster();
    await master.announced;
    await eventually(() => joined, 'the registration');
    expect(isRegistered()).toBe(true);
  });

  it('names the leader, and has nothing else to say', async () => {
    const leader = await startMaster();
    const other = await startMaster();
    await eventually(() => leader.isLeading, 'the leader');
    const call = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' };
    const place = new URL(leader.url).host;
    expect(await send(`${other.url}/api/v1/scheduler`, call)).toMatchObject({
      status: 307,
      headers: { location: `//${place}/api/v1/scheduler` },
    });
    expect(await send(`${other.url}/master/state?jsonp=a`)).toMatchObject({
      status: 307,
      headers: { location: `//${place}/master/state?jsonp=a` },
    });
    expect(await send(`${other.url}/master/redirect`)).toMatchObject({
      status: 307,
      headers: { location: `//${place}` },
    });
    expect((await send(`${other.url}/health`)).status).toBe(200);
    expect((await send(`${leader.url}/redirect`)).headers.location).toBe(`//${place}`);
  });

  it('says so when nobody leads', async () => {
    const alone = await MasterNode.start({
      master: { workDir: join(dataDir, 'other'), port: 0 },
      election: { enter: async (_, { onLeader }) => onLeader(undefined), leave: async () => undefined },
      logger: silentLogger,
      onLost: () => undefined,
    });
    masters.push(alone);
    expect(await send(`${alone.url}/api/v1/scheduler`, { method: 'POST' })).toMatchObject({
      status: 503,
      body: 'No leader elected',
    });
  });
});

describe('a failover', () => {
  it('to another master keeps agents, tasks and the framework', async () => {
    const [first, second] = [await startMaster(), await startMaster()];
    await startAgents();
    const { client, status } = await runTask(first);
    const agentId = agents!.agents[0]!.id;

    await first.stop();
    await eventually(() => client.isEnded, 'the end of the stream');
    await eventually(() => second.isLeading && isRegistered(), 'the return of the agent');
    expect(agents!.agents[0]!.id).toBe(agentId);
    const again = await subscribe(second, client.frameworkId);
    expect(again.frameworkId).toBe(client.frameworkId);
    await again.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
    const found = await eventually(() => reconciled(again), 'the answer');
    expect(found.state).toBe('TASK_RUNNING');
    expect(found.container_status).toEqual(status.container_status);
    again.disconnect();
  });

  it('is silent about tasks until their agents are back', async () => {
    const first = await startMaster();
    await startAgents();
    const { client } = await runTask(first);
    const agentId = agents!.agents[0]!.id!;
    await agents!.stop({ keepTasks: true });
    await first.stop();
    const second = await startMaster();
    await eventually(() => second.isLeading, 'the second master');
    const again = await subscribe(second, client.frameworkId);
    const asked = { task_id: { value: 't' }, agent_id: { value: agentId } };
    await again.call({ type: 'RECONCILE', reconcile: { tasks: [asked] } });
    await startAgents();
    await eventually(isRegistered, 'the return of the agent');
    expect(reconciled(again)).toBeUndefined();
    await again.call({ type: 'RECONCILE', reconcile: { tasks: [asked] } });
    await eventually(() => reconciled(again)?.state === 'TASK_RUNNING', 'the answer');
    again.disconnect();
  });

  it('back again finds what changed meanwhile', async () => {
    const [first, second] = [await startMaster(), await startMaster()];
    await startAgents();
    const { client } = await runTask(first);
    await first.stop();
    await eventually(() => second.isLeading && isRegistered(), 'the second master');
    const other = await subscribe(second, client.frameworkId);
    await other.call({ type: 'KILL', kill: { task_id: { value: 't' } } });
    await seeState(other, 'TASK_KILLED');
    const third = await startMaster();
    await second.stop();
    await eventually(() => third.isLeading && isRegistered(), 'the third master');
    const last = await subscribe(third, client.frameworkId);
    const offer = await last.offer();
    await last.call({
      type: 'RECONCILE',
      reconcile: { tasks: [{ task_id: { value: 't' }, agent_id: offer.agent_id }] },
    });
    const answer = await eventually(() => reconciled(last)?.state, 'the answer');
    expect(['TASK_KILLED', 'TASK_GONE']).toContain(answer);
    last.disconnect();
  });
});

it('ends a master whose session has expired, and another one leads', async () => {
  const [first, second] = [await startMaster(), await startMaster()];
  await eventually(() => first.isLeading, 'the first master');
  election.expireLeader();
  expect(lost).toEqual([expect.stringContaining('the session has expired')]);
  await eventually(() => second.isLeading, 'the second master');
});

describe('agents in a process of their own', () => {
  it('are known to be away as soon as they are', async () => {
    const master = await startMaster();
    await startAgents();
    await eventually(isRegistered, 'the agent');
    await agents!.stop({ keepTasks: true });
    const active = async (): Promise<number> => {
      const { body } = await send(`${master.url}/state`);
      return (JSON.parse(body) as { activated_slaves: number }).activated_slaves;
    };
    await eventually(async () => (await active()) === 0, 'the end of the link');
    expect(lost).toEqual([]);
  });

  it('say when the master wants none of them any more', async () => {
    const master = await startMaster();
    await startAgents();
    await eventually(isRegistered, 'the agent');
    const machines = [{ hostname: '127.0.0.1', ip: '127.0.0.1' }];
    const start = { nanoseconds: Date.now() * 1e6 };
    const post = (path: string, body: unknown) =>
      send(`${master.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    const windows = [{ machine_ids: machines, unavailability: { start } }];
    expect((await post('/maintenance/schedule', { windows })).status).toBe(200);
    expect((await post('/machine/down', machines)).status).toBe(200);
    await eventually(() => lost.includes('agents'), 'their end');
  });
});
