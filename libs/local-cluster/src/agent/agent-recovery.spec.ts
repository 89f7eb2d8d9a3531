import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentBench, eventually, framework, isRunning, taskOf } from './agent.fixture.js';
import { systemHost } from './host.js';

describe('recovery', () => {
  let bench: AgentBench;
  beforeEach(async () => {
    bench = await AgentBench.start();
  });
  afterEach(() => bench.stop());

  it('finds running tasks again, without a word to the framework', async () => {
    bench.run(taskOf('long', 'sleep 1000'));
    const { container_status: before } = await bench.state('long', 'TASK_RUNNING');
    await eventually(() =>
      readFile(join(bench.metaOf('long'), 'tasks/long/task.updates'), 'utf8').then(
        (text) => text.split('\n').length === 5,
      ),
    );
    await bench.crashAgent();
    bench.updates.length = 0;
    await bench.startAgent();
    expect(bench.reregistration?.tasks.map(({ info, state }) => [info.name, state])).toEqual([
      ['long', 'TASK_RUNNING'],
    ]);
    expect(isRunning(before?.executor_pid)).toBe(true);
    bench.kill('long');
    const killed = await bench.state('long', 'TASK_KILLED');
    expect(killed.container_status).toEqual(before);
    expect(bench.statesOf('long')).toEqual(['TASK_KILLING', 'TASK_KILLED']);
  });

  it('tells what happened while the agent was away', async () => {
    bench.run(taskOf('ends', 'while [ ! -e go ]; do sleep 0.05; done; exit 7'));
    await bench.state('ends', 'TASK_RUNNING');
    await bench.crashAgent();
    await writeFile(join(bench.sandboxOf('ends'), 'go'), '');
    const log = join(bench.metaOf('ends'), 'status.log');
    await eventually(async () => (await readFile(log, 'utf8')).includes('exited'), 'the exit on disk');
    await bench.startAgent();
    expect((await bench.state('ends', 'TASK_FAILED')).message).toBe('Command exited with status 7');
  });

  it('tells it even when the supervisor is gone too', async () => {
    bench.run(taskOf('ends', 'while [ ! -e go ]; do sleep 0.05; done; exit 7'));
    await bench.state('ends', 'TASK_RUNNING');
    const supervisor = await bench.supervisorPid();
    await bench.crashAgent();
    await writeFile(join(bench.sandboxOf('ends'), 'go'), '');
    const log = join(bench.metaOf('ends'), 'status.log');
    await eventually(async () => (await readFile(log, 'utf8')).includes('exited'), 'the exit on disk');
    process.kill(supervisor, 'SIGKILL');
    await eventually(() => !isRunning(supervisor));
    await bench.startAgent();
    expect((await bench.state('ends', 'TASK_FAILED')).message).toBe('Command exited with status 7');
  });

  it('repeats an update that nobody acknowledged', async () => {
    bench.doesAcknowledge = false;
    bench.run(taskOf('quiet', 'true'));
    const first = await bench.state('quiet', 'TASK_STARTING');
    await eventually(() => bench.agent.liveTaskCount === 0);
    await bench.crashAgent();
    bench.updates.length = 0;
    bench.doesAcknowledge = true;
    await bench.startAgent();
    // What the framework has not heard of is not reported as told.
    expect(bench.reregistration?.tasks).toMatchObject([
      { state: 'TASK_FINISHED', statusUpdateState: 'TASK_STARTING' },
    ]);
    await bench.state('quiet', 'TASK_FINISHED');
    expect(bench.updatesOf('quiet')[0]?.update.status).toEqual(first);
    expect(bench.statesOf('quiet')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
  });

  it('reports no end as told that it could not tell', async () => {
    bench.run(taskOf('ends', 'while [ ! -e go ]; do sleep 0.05; done; exit 7'));
    await bench.state('ends', 'TASK_RUNNING');
    const updates = join(bench.metaOf('ends'), 'tasks/ends/task.updates');
    await eventually(async () => (await readFile(updates, 'utf8')).split('\n').length === 5);
    bench.disconnect();
    await writeFile(join(bench.sandboxOf('ends'), 'go'), '');
    await eventually(async () => (await readFile(updates, 'utf8')).includes('TASK_FAILED'));
    bench.connect();
    await bench.state('ends', 'TASK_FAILED');
    expect(bench.reregistration?.tasks).toMatchObject([
      { state: 'TASK_FAILED', statusUpdateState: 'TASK_RUNNING' },
    ]);
  });

  it('survives an update log whose last line was not written whole', async () => {
    bench.run(taskOf('torn', 'sleep 1000'));
    await bench.state('torn', 'TASK_RUNNING');
    const path = join(bench.metaOf('torn'), 'tasks/torn/task.updates');
    await eventually(() => readFile(path, 'utf8').then((text) => text.split('\n').length === 5));
    await bench.crashAgent();
    const whole = await readFile(path, 'utf8');
    await writeFile(path, `${whole}{"type":"ACK","uu`);
    await bench.startAgent();
    expect(await readFile(path, 'utf8')).toBe(whole);
    expect(bench.reregistration?.tasks).toHaveLength(1);
  });

  it('reports a task dead whose supervisor and process died with the agent', async () => {
    bench.run(taskOf('dead', 'sleep 1000'));
    const { container_status } = await bench.state('dead', 'TASK_RUNNING');
    const supervisor = await bench.supervisorPid();
    await bench.crashAgent();
    for (const pid of [supervisor, container_status?.executor_pid ?? 0]) process.kill(pid, 'SIGKILL');
    await eventually(() => !isRunning(supervisor));
    await bench.startAgent();
    expect(await bench.state('dead', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Abnormal executor termination: unknown container',
    });
  });

  it('ends a process that was started and not noted before its supervisor died with the agent', async () => {
    bench.run(taskOf('unnoted', 'sleep 1000'));
    const { container_status } = await bench.state('unnoted', 'TASK_RUNNING');
    const supervisor = await bench.supervisorPid();
    const meta = bench.metaOf('unnoted');
    const updates = join(meta, 'tasks/unnoted/task.updates');
    await eventually(async () => (await readFile(updates, 'utf8')).split('\n').length === 5);
    await bench.crashAgent();
    process.kill(supervisor, 'SIGKILL');
    await eventually(() => !isRunning(supervisor));
    for (const path of ['container.json', 'status.log']) await rm(join(meta, path));
    await writeFile(updates, '');
    bench.updates.length = 0;
    expect(isRunning(container_status?.executor_pid)).toBe(true);
    await bench.startAgent();
    const dropped = await eventually(() => bench.updatesOf('unnoted')[0]);
    expect(dropped.update.status.message).toBe('Task launched during agent restart');
    await eventually(() => !isRunning(container_status?.executor_pid), 'the end of the process');
  });

  it('gives up a supervisor that does not answer, and its tasks', async () => {
    bench.run(taskOf('stuck', 'sleep 1000'));
    const { container_status } = await bench.state('stuck', 'TASK_RUNNING');
    const supervisor = await bench.supervisorPid();
    await bench.crashAgent();
    process.kill(supervisor, 'SIGSTOP');
    await bench.startAgent({ options: { executorReregistrationTimeoutMs: 200 } });
    expect(await bench.state('stuck', 'TASK_GONE')).toMatchObject({
      reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
      message: 'Executor did not reregister within 200ms',
    });
    await eventually(() => !isRunning(container_status?.executor_pid) && !isRunning(supervisor));
  });

  it('ends the tasks of a framework that does not checkpoint', async () => {
    bench.run(taskOf('volatile', 'sleep 1000'), { ...framework, checkpoint: false });
    const { container_status } = await bench.state('volatile', 'TASK_RUNNING');
    await bench.crashAgent();
    await bench.startAgent();
    expect(bench.reregistration?.tasks).toEqual([]);
    await eventually(() => !isRunning(container_status?.executor_pid), 'the end of the process');
  });

  it('trusts nothing of another boot', async () => {
    bench.run(taskOf('rebooted', 'sleep 1000'));
    const { container_status } = await bench.state('rebooted', 'TASK_RUNNING');
    const supervisor = await bench.supervisorPid();
    await bench.crashAgent();
    await bench.startAgent({ host: { ...systemHost(), bootId: 'another' } });
    expect(await bench.state('rebooted', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_EXECUTOR_TERMINATED',
    });
    // The process is, to this agent, a stranger with a number it once knew.
    expect(isRunning(container_status?.executor_pid)).toBe(true);
    for (const group of [supervisor, container_status?.executor_pid ?? 0]) process.kill(-group, 'SIGKILL');
  });

  it('refuses a changed configuration, and takes an additive one when allowed', async () => {
    const id = bench.agent.id;
    await bench.crashAgent();
    const attributes = 'rack:r1';
    const refused = await bench.tryStartAgent({ options: { attributes, port: 0, resources: undefined } });
    expect(refused).toMatchObject({ ok: false });
    expect(refused.ok ? '' : refused.error).toContain('Incompatible agent info detected');
    const more = 'cpus:65;mem:65536;disk:1000;ports:[31000-32000]';
    await bench.startAgent({ options: { attributes, resources: more, reconfigurationPolicy: 'additive' } });
    expect(bench.agent.id).toBe(id);
    expect(bench.introduction.info.attributes).toHaveLength(1);
  });
});

describe('a supervisor that is killed', () => {
  it('takes its tasks with it, and another takes its place', async () => {
    const bench = await AgentBench.start();
    bench.run(taskOf('victim', 'sleep 1000 & sleep 1000'));
    const { container_status } = await bench.state('victim', 'TASK_RUNNING');
    process.kill(await bench.supervisorPid(), 'SIGKILL');
    expect(await bench.state('victim', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Executor terminated',
    });
    await eventually(() => !isRunning(container_status?.executor_pid), 'the end of the process');
    bench.run(taskOf('next', 'echo fine'));
    await bench.state('next', 'TASK_FINISHED');
    await bench.stop();
  });

  it('is only one of several when there are many tasks', async () => {
    const bench = await AgentBench.start({ options: { containersPerSupervisor: 2 } });
    for (const id of ['a', 'b', 'c']) bench.run(taskOf(id, 'sleep 1000'));
    for (const id of ['a', 'b', 'c']) await bench.state(id, 'TASK_RUNNING');
    process.kill(await bench.supervisorPid(2), 'SIGKILL');
    const failed = await eventually(() =>
      bench.updates.find(({ update }) => update.status.state === 'TASK_FAILED'),
    );
    expect(bench.agent.liveTaskCount).toBe(2);
    expect(failed.update.status.message).toBe('Executor terminated');
    await bench.stop();
  });
});
