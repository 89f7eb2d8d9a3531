import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentBench, eventually, framework, frameworkId, isRunning, taskOf } from './agent.fixture.js';

describe('killing a task', () => {
  let bench: AgentBench;
  beforeEach(async () => {
    bench = await AgentBench.start();
  });
  afterEach(() => bench.stop());

  /** Waits until the task has printed `ready`: its traps are set by then. */
  const ready = (taskId: string): Promise<unknown> =>
    eventually(async () => (await bench.output(taskId).catch(() => '')).includes('ready'), 'readiness');

  it('is polite first, and TASK_KILLED whatever the exit status', async () => {
    bench.run(taskOf('polite', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done'));
    await ready('polite');
    bench.kill('polite');
    const killed = await bench.state('polite', 'TASK_KILLED');
    expect(killed.message).toBe('Command exited with status 0');
    expect(await bench.output('polite')).toContain('bye');
    expect(bench.statesOf('polite')).toContain('TASK_KILLING');
  });

  it('insists after the grace period', async () => {
    bench.run(taskOf('stubborn', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'));
    await ready('stubborn');
    bench.kill('stubborn', 300);
    const killed = await bench.state('stubborn', 'TASK_KILLED');
    expect(killed.message).toBe('Command terminated with signal Killed');
  });

  it('is shortened, never prolonged, by a second kill', async () => {
    bench.run(taskOf('again', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'));
    await ready('again');
    bench.kill('again', 600_000);
    await bench.state('again', 'TASK_KILLING');
    bench.kill('again', 0);
    bench.kill('again', 600_000);
    await bench.state('again', 'TASK_KILLED');
    expect(bench.statesOf('again').filter((state) => state === 'TASK_KILLING')).toHaveLength(1);
  });

  it('takes the kill policy of the task when the call has none', async () => {
    const task = taskOf('policy', 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
    bench.run({ ...task, kill_policy: { grace_period: { nanoseconds: 100e6 } } });
    await ready('policy');
    bench.kill('policy');
    expect((await bench.state('policy', 'TASK_KILLED')).message).toContain('Killed');
  });

  it('reaches the whole tree, daemonised grandchildren in a session of their own included', async () => {
    const command =
      'setsid sh -c "echo $$ > inner; exec sleep 1000" & sleep 1000 & echo $! ; echo ready; wait';
    bench.run(taskOf('tree', command));
    await ready('tree');
    const child = Number((await bench.output('tree')).split('\n')[0]);
    const inner = Number(await eventually(() => bench.output('tree', 'inner').catch(() => undefined)));
    expect(isRunning(child)).toBe(true);
    bench.kill('tree', 100);
    await bench.state('tree', 'TASK_KILLED');
    await eventually(() => !isRunning(child) && !isRunning(inner), 'the end of the tree');
  });

  it('before the process exists ends the fetch', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const asked = new Promise((resolve) => silent.once('request', resolve));
    const uris = [{ value: `http://127.0.0.1:${port}/never` }];
    bench.run(taskOf('fetching', { shell: true, value: 'true', uris }));
    await asked;
    bench.kill('fetching');
    expect(await bench.state('fetching', 'TASK_KILLED')).toMatchObject({
      reason: 'REASON_TASK_KILLED_DURING_LAUNCH',
      message: 'Killed before delivery to the executor',
    });
    silent.closeAllConnections();
    silent.close();
  });

  it('that was never here answers that there is none', async () => {
    bench.run(taskOf('other', 'true'));
    await bench.state('other', 'TASK_FINISHED');
    bench.kill('unknown');
    expect(await bench.state('unknown', 'TASK_DROPPED')).toMatchObject({
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Cannot find executor',
    });
  });

  it('sends no TASK_KILLING to a framework that does not know the state', async () => {
    const plain = { ...framework, capabilities: [{ type: 'PARTITION_AWARE' as const }] };
    bench.run(taskOf('plain', 'sleep 1000'), plain);
    await bench.state('plain', 'TASK_RUNNING');
    bench.kill('plain');
    await bench.state('plain', 'TASK_KILLED');
    expect(bench.statesOf('plain')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLED']);
  });

  it('of a removed framework happens without a word', async () => {
    bench.run(taskOf('gone', 'sleep 1000'));
    const { container_status } = await bench.state('gone', 'TASK_RUNNING');
    bench.send({ type: 'shutdown_framework', frameworkId });
    await eventually(() => !isRunning(container_status?.executor_pid), 'the end of the process');
    await eventually(() => bench.agent.liveTaskCount === 0);
    expect(bench.statesOf('gone')).not.toContain('TASK_KILLED');
  });

  it('happens to all when the agent stops with its tasks', async () => {
    bench.run(taskOf('one', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done'));
    await ready('one');
    expect(await bench.agent.shutdown({ stopTasks: true })).toEqual({ stoppedTasks: 1 });
    expect(await bench.output('one')).toContain('bye');
  });
});
