import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DockerDouble } from '../../../../../../test/support/docker-double.js';
import { systemClock, type Clock } from '../../../runtime/clock.js';
import { AgentBench, eventually, isRunning, taskOf } from '../../agent.fixture.js';
import { DockerEngine } from './docker-engine.js';

let bench: AgentBench;
let docker: DockerDouble;
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ekiden-docker-'));
  docker = new DockerDouble(directory);
  bench = await AgentBench.start({ options: options() });
});

afterEach(async () => {
  docker.isDown = false;
  docker.isHung = false;
  await bench.stop();
  docker.dispose();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

const options = () => ({ docker: docker.path, runner: 'auto' as const });

/** The half minutes and minutes between attempts pass in less than a second. */
const hurried: Clock = {
  nowMs: () => systemClock.nowMs() * 100,
  schedule: (delayMs, action) => {
    const isPause = delayMs >= 30_000 && delayMs <= 60_000;
    return systemClock.schedule(isPause ? delayMs / 100 : delayMs, action);
  },
};

const theContainer = () => docker.containers[0]!;

/** Runs a task and takes the engine away from under it: its client ends, the container goes on. */
async function loseEngine(line: string): Promise<void> {
  const container = { type: 'DOCKER', docker: { image: 'web', network: 'BRIDGE' } } as const;
  bench.run(taskOf('t', line, { container }));
  const { container_status: status } = await bench.state('t', 'TASK_RUNNING');
  docker.isDown = true;
  await eventually(() => !isRunning(status?.executor_pid), 'the end of the client');
  const looks = docker.callsOf('inspect').length;
  await eventually(() => docker.callsOf('inspect').length > looks + 1, 'questions to the engine');
  expect(bench.statesOf('t')).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
}

describe('a container whose engine went away', () => {
  it('is attached to again when the engine is back, and tells how it ends', async () => {
    await loseEngine('while [ ! -e end ]; do sleep 0.05; done; exit 7');
    const { pid, name } = theContainer();
    expect(isRunning(pid)).toBe(true);
    docker.isDown = false;
    await eventually(() => docker.callsOf('attach').length === 1, 'a new client');
    expect(docker.callsOf('attach')[0]).toEqual(['attach', '--no-stdin', '--sig-proxy=false', name]);
    await delay(300);
    expect(bench.statesOf('t')).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
    await writeFile(join(bench.sandboxOf('t'), 'end'), '');
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe('Container exited with status 7');
    expect(docker.callsOf('rm')).toEqual([]);
  });

  it('and that ended meanwhile has the status that the engine remembers', async () => {
    await loseEngine('sleep 1; exit 9');
    await eventually(() => !isRunning(theContainer().pid), 'the end of the container');
    await delay(300);
    expect(bench.statesOf('t')).toHaveLength(2);
    docker.isDown = false;
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe('Container exited with status 9');
  });

  it('and that is gone has failed with a status that nobody knows', async () => {
    await loseEngine('exec sleep 1000');
    docker.lose(theContainer());
    await delay(300);
    expect(bench.statesOf('t')).toHaveLength(2);
    docker.isDown = false;
    const failed = await bench.state('t', 'TASK_FAILED');
    expect(failed).toMatchObject({
      source: 'SOURCE_EXECUTOR',
      message: 'Failed to get exit status of container',
    });
  });

  it('is stopped with all of its grace period once the engine is back', async () => {
    await loseEngine('trap "sleep 1; echo bye; exit 0" TERM; while :; do sleep 0.05; done');
    bench.kill('t', 2_000);
    await bench.state('t', 'TASK_KILLING');
    await delay(3_500);
    expect(isRunning(theContainer().pid)).toBe(true);
    docker.isDown = false;
    expect((await bench.state('t', 'TASK_KILLED')).message).toBe('Container exited with status 0');
    expect(await bench.output('t')).toBe('bye\n');
    expect(docker.callsOf('kill')).toEqual([]);
  });

  it('is found again by a restarted agent', async () => {
    await loseEngine('exec sleep 1000');
    const { pid } = theContainer();
    await bench.crashAgent();
    bench.updates.length = 0;
    await bench.startAgent();
    docker.isDown = false;
    await eventually(() => docker.callsOf('attach').length === 1, 'a new client');
    expect(bench.statesOf('t')).toEqual([]);
    bench.kill('t');
    await bench.state('t', 'TASK_KILLED');
    expect(isRunning(pid)).toBe(false);
  });

  it('and whose supervisor died meanwhile is removed once the engine is back', async () => {
    await bench.crashAgent();
    await bench.startAgent({ clock: hurried, options: { ...options(), executorRegistrationTimeoutMs: 1e6 } });
    await loseEngine('exec sleep 1000');
    const { pid } = theContainer();
    process.kill(await bench.supervisorPid(), 'SIGKILL');
    await bench.state('t', 'TASK_FAILED');
    docker.isDown = false;
    await eventually(() => docker.containers.length === 0, 'the removal of the container');
    await eventually(() => !isRunning(pid), 'the end of the container');
    expect(docker.callsOf('rm').length).toBeGreaterThan(0);
  });
});

it('containers that no task belongs to are removed when the engine comes back after the agent', async () => {
  const container = { type: 'DOCKER', docker: { image: 'web' } } as const;
  bench.run(taskOf('old', 'true', { container }));
  await bench.state('old', 'TASK_FINISHED');
  await bench.crashAgent();
  docker.isDown = true;
  await bench.startAgent({ clock: hurried });
  expect(docker.containers).toHaveLength(1);
  docker.isDown = false;
  await eventually(() => docker.containers.length === 0, 'the removal');
});

describe('an engine that hangs', () => {
  it('ends nothing; what was asked of it happens when it goes on', async () => {
    const container = { type: 'DOCKER', docker: { image: 'web' } } as const;
    bench.run(taskOf('t', 'exec sleep 1000', { container }));
    await bench.state('t', 'TASK_RUNNING');
    const { pid } = theContainer();
    docker.isHung = true;
    bench.kill('t', 500);
    await bench.state('t', 'TASK_KILLING');
    await delay(1_500);
    expect(isRunning(pid)).toBe(true);
    docker.isHung = false;
    expect((await bench.state('t', 'TASK_KILLED')).message).toBe('Container exited with status 143');
  });

  it('is said to be unavailable by the task that needs it', async () => {
    const container = { type: 'DOCKER', docker: { image: 'web' } } as const;
    await bench.crashAgent();
    docker.isHung = true;
    await bench.startAgent();
    bench.run(taskOf('t', 'true', { container }));
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe(
      'Failed to launch container: docker engine is not available: no answer within 5 s',
    );
  });

  it('is found to hang, however many calls it holds', async () => {
    docker.isHung = true;
    const engine = new DockerEngine(
      { ...options(), dockerSocket: join(directory, 'docker.sock') },
      systemClock,
    );
    const held = new AbortController();
    setMaxListeners(0, held.signal);
    const request = { image: 'web', force: false, sandbox: directory, signal: held.signal };
    const calls = Array.from({ length: 20 }, () => engine.provideImage(request));
    expect(await engine.availability()).toEqual({ isAvailable: false, detail: 'no answer within 5 s' });
    held.abort();
    await Promise.all(calls);
  });
});

it('a container that ends with status 1 has its own status and is kept for a while', async () => {
  const container = { type: 'DOCKER', docker: { image: 'web' } } as const;
  bench.run(taskOf('t', 'exit 1', { container }));
  expect((await bench.state('t', 'TASK_FAILED')).message).toBe('Container exited with status 1');
  expect(docker.callsOf('attach')).toEqual([]);
  expect(docker.containers).toHaveLength(1);
});
