import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentBench, agentId, eventually, framework, frameworkId, taskOf } from './agent.fixture.js';

let bench: AgentBench;
beforeEach(async () => {
  bench = await AgentBench.start();
});
afterEach(() => bench.stop());

const outline = (id: string): string[] =>
  bench.updatesOf(id).map(({ update: { status } }) => `${status.state} ${status.reason ?? ''}`.trim());

const drain = (more: { maxGracePeriodMs?: number; markGone?: boolean } = {}): void =>
  bench.send({ type: 'drain', markGone: false, ...more });

const isDraining = (): Promise<boolean> =>
  access(join(bench.workDir, 'meta', 'slaves', agentId, 'drain.config')).then(
    () => true,
    () => false,
  );

const stubborn = "trap '' TERM; while :; do sleep 0.1; done";

describe('an agent that is drained', () => {
  it('ends its tasks, says why, and takes new ones once they are over', async () => {
    bench.run(taskOf('t', 'sleep 1000'));
    await bench.state('t', 'TASK_RUNNING');
    drain();
    await bench.state('t', 'TASK_KILLED');
    expect(outline('t')).toEqual([
      'TASK_STARTING',
      'TASK_RUNNING',
      'TASK_KILLING REASON_AGENT_DRAINING',
      'TASK_KILLED REASON_AGENT_DRAINING',
    ]);
    await eventually(async () => !(await isDraining()), 'the end of the drain');
    bench.run(taskOf('later', 'sleep 1000'));
    await bench.state('later', 'TASK_RUNNING');
  });

  it('gives no task more time than the operator does', async () => {
    bench.run(taskOf('t', stubborn, { kill_policy: { grace_period: { nanoseconds: 600e9 } } }));
    await bench.state('t', 'TASK_RUNNING');
    drain({ maxGracePeriodMs: 100 });
    expect((await bench.state('t', 'TASK_KILLED')).message).toBe('Command terminated with signal Killed');
  });

  it('takes no task meanwhile', async () => {
    bench.run(taskOf('t', stubborn));
    await bench.state('t', 'TASK_RUNNING');
    drain();
    await bench.state('t', 'TASK_KILLING');
    bench.run(taskOf('late', 'sleep 1000'));
    const dropped = await bench.state('late', 'TASK_DROPPED');
    expect([dropped.reason, dropped.message]).toEqual([
      'REASON_AGENT_DRAINING',
      'Task was received while agent was already draining',
    ]);
    bench.kill('t', 0);
  });

  it('that is to be gone says so to frameworks that know the state', async () => {
    const old = { ...framework, id: { value: `${frameworkId}-old` }, capabilities: [] };
    bench.run(taskOf('new', 'sleep 1000'));
    bench.run(taskOf('old', 'sleep 1000'), old);
    await Promise.all([bench.state('new', 'TASK_RUNNING'), bench.state('old', 'TASK_RUNNING')]);
    drain({ markGone: true });
    await Promise.all([bench.state('new', 'TASK_GONE_BY_OPERATOR'), bench.state('old', 'TASK_KILLED')]);
    expect(outline('new').at(-1)).toBe('TASK_GONE_BY_OPERATOR REASON_AGENT_DRAINING');
    expect(outline('old').at(-1)).toBe('TASK_KILLED REASON_AGENT_DRAINING');
  });

  it('goes on with it after a restart', async () => {
    bench.run(taskOf('t', stubborn));
    await bench.state('t', 'TASK_RUNNING');
    drain({ maxGracePeriodMs: 500 });
    await bench.state('t', 'TASK_KILLING');
    await bench.crashAgent();
    await bench.startAgent();
    expect((await bench.state('t', 'TASK_KILLED')).reason).toBe('REASON_AGENT_DRAINING');
    await eventually(async () => !(await isDraining()), 'the end of the drain');
  });
});
