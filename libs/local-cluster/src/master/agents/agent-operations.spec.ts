import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, FrameworkInfo } from '#mesos';
import { acceptBody, offersOn, taskInfo } from '../calls/task-info.fixture.js';
import { MasterHarness, until, type RecordingStream } from '../master-harness.fixture.js';
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
  master.clock.advance(1_000);
  stream.take();
  return stream;
}

/** The task ends, and its framework acknowledges that. */
async function endTask(agent: ScriptedAgent, stream: RecordingStream): Promise<void> {
  const uuid = agent.update(master.framework(stream).id, 't', 'TASK_KILLED');
  await until(() => stream.statuses().length > 0);
  const acknowledge = { agent_id: { value: agent.agentId! }, task_id: { value: 't' }, uuid };
  master.call(stream, { type: 'ACKNOWLEDGE', acknowledge });
}

function outline(events: readonly Event[]): string[] {
  return events.map((event) =>
    event.type === 'UPDATE'
      ? `${event.update.status.state} ${event.update.status.reason ?? ''}`.trim()
      : event.type,
  );
}

const offersAfterASecond = (stream: RecordingStream): number => {
  master.clock.advance(1_000);
  return offersOn(stream).length;
};

describe('an agent that is marked gone', () => {
  it('takes its tasks along, is told, and never comes back under its id', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    await master.parts.loss.markGone(agent.agentId!);
    expect(outline(stream.take())).toEqual([
      'TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR',
      'RESCIND',
      'FAILURE',
    ]);
    await until(() => agent.got('shutdown').length === 1);
    agent.register([], []);
    await until(() => agent.got('shutdown').length === 2);
    expect(master.state.agents.size).toBe(0);
    const references = [{ task_id: { value: 't' }, agent_id: { value: agent.agentId! } }];
    master.call(stream, { type: 'RECONCILE', reconcile: { tasks: references } });
    expect(outline(stream.take())).toEqual(['TASK_GONE_BY_OPERATOR REASON_RECONCILIATION']);
  });

  it('is lost to frameworks that know no partitions', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent, { capabilities: [{ type: 'MULTI_ROLE' }] });
    await master.parts.loss.markGone(agent.agentId!);
    expect(outline(stream.take())[0]).toBe('TASK_LOST REASON_AGENT_REMOVED');
  });

  it('may have been unreachable before', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const [known] = [...master.state.agents.values()];
    await master.parts.loss.markUnreachable(known!, 'health check timed out');
    stream.take();
    await master.parts.loss.markGone(agent.agentId!);
    expect(outline(stream.take())).toEqual(['TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR']);
    expect(master.framework(stream).unreachableTasks.size).toBe(0);
  });
});

describe('an agent that is deactivated', () => {
  it('is not offered until it is activated again; its tasks go on', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    await master.parts.operations.deactivate(agent.agentId!);
    expect(outline(stream.take())).toEqual(['RESCIND']);
    expect(offersAfterASecond(stream)).toBe(0);
    await master.parts.operations.reactivate(agent.agentId!);
    expect(offersAfterASecond(stream)).toBe(1);
    expect(stream.statuses()).toEqual([]);
  });

  it('stays so when the master starts again', async () => {
    const agent = await master.agent();
    await master.parts.operations.deactivate(agent.agentId!);
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    await master.agent({ agentId: agent.agentId! });
    expect(offersAfterASecond(master.subscribe())).toBe(0);
  });
});

describe('an agent that is drained', () => {
  it('is told so, offers nothing, and is drained once its last task is over', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const { operations } = master.parts;
    await operations.drain(agent.agentId!, { maxGracePeriodMs: 5_000, markGone: false });
    await until(() => agent.got('drain').length === 1);
    expect(agent.got('drain')[0]).toMatchObject({ maxGracePeriodMs: 5_000, markGone: false });
    expect(outline(stream.take())).toEqual(['RESCIND']);
    expect(operations.standingOf(agent.agentId!)?.drain?.isDrained).toBe(false);
    await endTask(agent, stream);
    await until(() => operations.standingOf(agent.agentId!)?.drain?.isDrained === true);
    expect(offersAfterASecond(stream)).toBe(0);
    await operations.reactivate(agent.agentId!);
    expect(offersAfterASecond(stream)).toBe(1);
  });

  it('is gone thereafter when that was asked for', async () => {
    const agent = await master.agent();
    await master.parts.operations.drain(agent.agentId!, { markGone: true });
    await until(() => agent.got('shutdown').length === 1);
    expect(master.registry.gone.has(agent.agentId!)).toBe(true);
  });

  it('is told again when it comes back before it is empty, and is not taken for empty when it is lost', async () => {
    const agent = await master.agent();
    const stream = await runOne(agent);
    const { operations, loss } = master.parts;
    await operations.drain(agent.agentId!, { markGone: false });
    await loss.markUnreachable([...master.state.agents.values()][0]!, 'health check timed out');
    expect(operations.standingOf(agent.agentId!)?.drain?.isDrained).toBe(false);
    const running = executorStatus(agent.agentId!, 't', 'TASK_RUNNING');
    const task = {
      frameworkId: master.framework(stream).id,
      info: taskInfo('t', agent.agentId!),
      state: 'TASK_RUNNING' as const,
      statuses: [running],
    };
    agent.register([task], []);
    await until(() => agent.got('drain').length === 2);
    expect(operations.standingOf(agent.agentId!)?.drain?.isDrained).toBe(false);
  });
});
