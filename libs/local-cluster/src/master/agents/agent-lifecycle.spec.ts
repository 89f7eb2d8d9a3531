import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, FrameworkInfo, TaskState } from '#mesos';
import type { AgentTask } from '../../link/messages.js';
import { acceptBody, offersOn, taskInfo } from '../calls/task-info.fixture.js';
import { FRAMEWORK, MasterHarness, until, type RecordingStream } from '../master-harness.fixture.js';
import { executorStatus, type ScriptedAgent } from '../scripted-agent.fixture.js';

let master: MasterHarness;

beforeEach(async () => {
  master = await MasterHarness.start();
});

afterEach(() => master.dispose());

/** A framework with one running task, all its events so far taken. */
async function runOne(agent: ScriptedAgent, info: Partial<FrameworkInfo> = {}): Promise<RecordingStream> {
  const stream = master.subscribe(info);
  master.call(stream, acceptBody([offersOn(stream)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
  agent.update(master.framework(stream).id, 't', 'TASK_RUNNING');
  await until(() => stream.statuses().length === 1);
  stream.take();
  return stream;
}

function outline(events: readonly Event[]): string[] {
  return events.map((event) =>
    event.type === 'UPDATE'
      ? `${event.update.status.state} ${event.update.status.message ?? ''}`.trim()
      : event.type,
  );
}

function agentTask(stream: RecordingStream, agentId: string, state: TaskState): AgentTask {
  const running = executorStatus(agentId, 't', 'TASK_RUNNING');
  return {
    frameworkId: master.framework(stream).id,
    info: taskInfo('t', agentId),
    state,
    statusUpdateState: 'TASK_RUNNING',
    statusUpdateUuid: running.uuid,
    statuses: [running],
  };
}

async function waitForPings(agent: ScriptedAgent, timeouts: number): Promise<void> {
  for (let ping = 0; ping < timeouts; ping++) {
    const before = agent.got('ping').length;
    master.clock.advance(15_000);
    await until(() => agent.got('ping').length > before || ping === timeouts - 1);
  }
}

describe('an agent that answers no pings', () => {
  it('is unreachable after five of them: updates, then FAILURE; explicit reconciliation says since when', async () => {
    const agent = await master.agent({ isAlive: () => false });
    const stream = await runOne(agent);
    const agent_id = { value: agent.agentId! };
    await waitForPings(agent, 5);
    await until(() => stream.events.some((event) => event.type === 'FAILURE'));
    const news = stream.take().filter((event) => event.type !== 'OFFERS');
    expect(outline(news)).toEqual(['TASK_UNREACHABLE health check timed out', 'RESCIND', 'FAILURE']);
    const [first] = news;
    expect(first?.type === 'UPDATE' && first.update.status).toMatchObject({
      reason: 'REASON_AGENT_REMOVED',
      unreachable_time: { nanoseconds: master.clock.nowMs() * 1e6 },
    });
    master.call(stream, { type: 'RECONCILE', reconcile: { tasks: [{ task_id: { value: 't' }, agent_id }] } });
    master.call(stream, { type: 'RECONCILE', reconcile: {} });
    expect(outline(stream.take())).toEqual(['TASK_UNREACHABLE Reconciliation: Task is unreachable']);
  });

  it('brings its tasks back when it returns', async () => {
    const agent = await master.agent({ isAlive: () => false });
    const stream = await runOne(agent);
    const task = agentTask(stream, agent.agentId!, 'TASK_RUNNING');
    await waitForPings(agent, 5);
    await until(() => stream.events.some((event) => event.type === 'FAILURE'));
    stream.take();
    agent.register([task], []);
    await until(() => agent.got('reregistered').length === 1);
    expect(outline(stream.take())).toEqual(['TASK_RUNNING Unreachable agent re-reregistered']);
    expect(master.framework(stream).unreachableTasks.size).toBe(0);
  });
});

describe('an agent whose connection breaks', () => {
  it('loses its offers at once, keeps its tasks, and remembers kills', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    master.clock.advance(1000);
    stream.take();
    agent.link.disconnect();
    await until(() => stream.events.length > 0);
    expect(outline(stream.take())).toEqual(['RESCIND']);
    master.call(stream, { type: 'KILL', kill: { task_id: { value: 't' }, kill_policy: {} } });
    agent.link.connect();
    await until(() => agent.isRegistered);
    agent.register([agentTask(stream, agent.agentId!, 'TASK_RUNNING')], []);
    await until(() => agent.got('kill_task').length === 1);
    expect(agent.got('kill_task')[0]).not.toHaveProperty('killPolicy');
  });

  it('is asked about tasks it does not report', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    agent.link.disconnect();
    await until(() => !agent.isRegistered);
    agent.link.connect();
    await until(() => agent.got('reregistered').length === 1);
    const { framework, taskIds } = agent.got('reregistered')[0]!.reconcile[0]!;
    expect([framework.id!.value, taskIds]).toEqual([master.framework(stream).id, ['t']]);
  });

  it('is unreachable when it stays away', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    agent.link.disconnect();
    await until(() => !agent.isRegistered);
    await until(() => [...master.state.agents.values()].every((known) => !known.connected));
    master.clock.advance(600_000);
    await until(() => stream.events.some((event) => event.type === 'FAILURE'));
    expect(outline(stream.take()).filter((line) => line !== 'RESCIND' && line !== 'OFFERS')).toEqual([
      'TASK_UNREACHABLE agent did not reregister within 10mins after disconnecting',
      'FAILURE',
    ]);
  });

  it('loses the tasks of frameworks without checkpoints at once', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent, { checkpoint: false });
    agent.link.disconnect();
    await until(() => stream.statuses().length > 0);
    expect(outline(stream.take())).toEqual(['TASK_LOST Agent 127.0.0.1 disconnected']);
  });
});

it('loses the tasks of an agent that unregisters, also for frameworks that know partitions', async () => {
  const agent = await master.agent();
  const stream = await runOne(agent);
  agent.link.agentEnd.send({ type: 'unregister', agentId: agent.agentId! });
  await until(() => stream.events.some((event) => event.type === 'FAILURE'));
  expect(outline(stream.take())).toEqual([
    'TASK_LOST Agent 127.0.0.1 removed: agent unregistered',
    'FAILURE',
  ]);
});

describe('a new master on the same work directory', () => {
  it('is silent while agents are awaited, knows their tasks when they are back, and then answers', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const id = { value: master.framework(stream).id };
    const agent_id = { value: agent.agentId! };
    const task = agentTask(stream, agent.agentId!, 'TASK_RUNNING');
    const { workDir } = master;
    await master.crash();

    master = await MasterHarness.start({ workDir });
    const again = master.subscribe({ id });
    expect(outline(again.take())).toEqual(['SUBSCRIBED', 'HEARTBEAT']);
    const tasks = [
      { task_id: { value: 't' }, agent_id },
      { task_id: { value: 'never' }, agent_id },
      { task_id: { value: 'never' } },
    ];
    master.call(again, { type: 'RECONCILE', reconcile: { tasks } });
    master.call(again, { type: 'KILL', kill: { task_id: { value: 't' } } });
    expect(again.take()).toEqual([]);

    const frameworks = [{ ...FRAMEWORK, id }];
    await master.agent({ agentId: agent.agentId!, tasks: [task], frameworks });
    expect(outline(again.take())).toEqual(['OFFERS']);
    master.call(again, { type: 'RECONCILE', reconcile: { tasks } });
    expect(outline(again.take())).toEqual([
      'TASK_RUNNING Reconciliation: Latest task state',
      'TASK_GONE Reconciliation: Task is unknown to the agent',
      'TASK_UNKNOWN Reconciliation: Task is unknown',
    ]);
  });

  it('recovers a framework from its agents before it subscribes', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const id = { value: master.framework(stream).id };
    const task = agentTask(stream, agent.agentId!, 'TASK_RUNNING');
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    await master.agent({ agentId: agent.agentId!, tasks: [task], frameworks: [{ ...FRAMEWORK, id }] });
    expect(master.state.frameworks.get(id.value)).toMatchObject({ standing: 'recovered', stream: undefined });
    const again = master.subscribe({ id });
    master.call(again, { type: 'RECONCILE', reconcile: {} });
    expect(outline(again.take())).toContain('TASK_RUNNING Reconciliation: Latest task state');
  });

  const told: [state: TaskState | undefined, answer: TaskState][] = [
    ['TASK_RUNNING', 'TASK_RUNNING'],
    ['TASK_FAILED', 'TASK_FAILED'],
    [undefined, 'TASK_STAGING'],
  ];
  it.each(told)('answers about a failed task what the framework was told: %s', async (state, answer) => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const id = { value: master.framework(stream).id };
    const task = { ...agentTask(stream, agent.agentId!, 'TASK_FAILED'), statusUpdateState: state };
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    const again = master.subscribe({ id });
    await master.agent({ agentId: agent.agentId!, tasks: [task], frameworks: [{ ...FRAMEWORK, id }] });
    again.take();
    master.call(again, { type: 'RECONCILE', reconcile: {} });
    expect(outline(again.take())).toEqual([`${answer} Reconciliation: Latest task state`]);
  });

  it('gives agents up that do not come back in time', async () => {
    const agent = await master.agent();
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    const stream = master.subscribe();
    master.clock.advance(600_000);
    const reconcile = { tasks: [{ task_id: { value: 't' }, agent_id: { value: agent.agentId! } }] };
    await until(() => master.registry.unreachable.size === 1);
    stream.take();
    master.call(stream, { type: 'RECONCILE', reconcile });
    expect(outline(stream.take())).toEqual(['TASK_UNREACHABLE Reconciliation: Task is unreachable']);
  });

  it('gives them up at once when all there are have arrived', async () => {
    await master.agent();
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    master.parts.recovery.expectOnly(1);
    await master.agent();
    await until(() => master.registry.unreachable.size === 1);
    expect(master.registry.admitted.size).toBe(1);
  });
});

it('tells a returning agent that a framework was removed', async () => {
  const agent = await master.agent();
  const stream = await runOne(agent);
  const { id, info } = master.framework(stream);
  const task = agentTask(stream, agent.agentId!, 'TASK_RUNNING');
  agent.link.disconnect();
  await until(() => !agent.isRegistered);
  master.call(stream, { type: 'TEARDOWN' });
  agent.link.connect();
  await until(() => agent.isRegistered);
  agent.register([task], [info]);
  await until(() => agent.got('shutdown_framework').length === 1);
  expect(agent.got('shutdown_framework')).toEqual([{ type: 'shutdown_framework', frameworkId: id }]);
  expect(master.state.frameworks.size).toBe(0);
});
