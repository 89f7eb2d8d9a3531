import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerInfo, TaskInfo } from '#mesos';
import { DockerDouble } from '../../../../../../test/support/docker-double.js';
import { AgentBench, eventually, isRunning, taskOf } from '../../agent.fixture.js';

let bench: AgentBench;
let docker: DockerDouble;
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ekiden-docker-'));
  docker = new DockerDouble(directory);
  bench = await AgentBench.start({ options: { docker: docker.path, runner: 'auto' } });
});

afterEach(async () => {
  await bench.stop();
  docker.dispose();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

const container = (docker_: Partial<ContainerInfo['docker']> = {}): ContainerInfo => ({
  type: 'DOCKER',
  docker: { image: 'web', network: 'BRIDGE', ...docker_ },
});
const dockerTask = (id: string, value: string, more: Partial<TaskInfo> = {}): TaskInfo =>
  taskOf(id, value, { container: container(), ...more });
const theContainer = () => docker.containers[0]!;

describe('a task in a docker container', () => {
  it('runs to its end, with the address the engine gave it', async () => {
    bench.run(dockerTask('hello', 'echo out; echo err >&2; exit 3'));
    expect(await bench.state('hello', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_EXECUTOR',
      message: 'Container exited with status 3',
    });
    expect(bench.statesOf('hello')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED']);
    const running = await bench.state('hello', 'TASK_RUNNING');
    expect(running.container_status?.network_infos).toEqual([
      { ip_addresses: [{ protocol: 'IPv4', ip_address: theContainer().address }] },
    ]);
    const inspected = JSON.parse(Buffer.from(running.data ?? '', 'base64').toString()) as { Name: string }[];
    expect(inspected[0]?.Name).toBe(`/${theContainer().name}`);
    const starting = await bench.state('hello', 'TASK_STARTING');
    expect(starting.container_status).not.toHaveProperty('network_infos');
    expect(await bench.output('hello')).toBe('out\n');
    expect(await bench.output('hello', 'stderr')).toBe('err\n');
  });

  it('has the address of the host on its network', async () => {
    bench.run(dockerTask('host', 'sleep 1000', { container: container({ network: 'HOST' }) }));
    const { container_status: status } = await bench.state('host', 'TASK_RUNNING');
    expect(status?.network_infos).toEqual([
      { ip_addresses: [{ protocol: 'IPv4', ip_address: '127.0.0.1' }] },
    ]);
  });

  it('sees its own environment and its sandbox only', async () => {
    const variables = [{ name: 'OWN', value: 'a b' }];
    const command = { shell: true, value: 'env; echo here > file', environment: { variables } };
    bench.run(taskOf('env', command, { container: container() }));
    await bench.state('env', 'TASK_FINISHED');
    const lines = (await bench.output('env')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'OWN=a b',
        'MESOS_SANDBOX=/mnt/mesos/sandbox',
        `MESOS_CONTAINER_NAME=${theContainer().name}`,
        'MESOS_ALLOCATION_ROLE=*',
      ]),
    );
    expect(lines.join()).not.toContain('MESOS_EXECUTOR_ID');
    expect(await bench.output('env', 'file')).toBe('here\n');
  });

  it('is stopped politely, and reported killed whatever its status', async () => {
    bench.run(dockerTask('polite', 'trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done'));
    await bench.state('polite', 'TASK_RUNNING');
    bench.kill('polite', 20_000);
    expect((await bench.state('polite', 'TASK_KILLED')).message).toBe('Container exited with status 0');
    expect(bench.statesOf('polite')).toEqual([
      'TASK_STARTING',
      'TASK_RUNNING',
      'TASK_KILLING',
      'TASK_KILLED',
    ]);
    expect(docker.callsOf('stop')).toEqual([['stop', '-t', '20', theContainer().name]]);
    expect(await bench.output('polite')).toBe('bye\n');
  });

  it('is killed when it does not end within its grace period; each kill counts its own', async () => {
    bench.run(dockerTask('stubborn', 'trap "" TERM; while :; do sleep 0.05; done'));
    await bench.state('stubborn', 'TASK_RUNNING');
    bench.kill('stubborn', 60_000);
    await eventually(() => docker.callsOf('stop').length === 1);
    bench.kill('stubborn', 1_000);
    expect((await bench.state('stubborn', 'TASK_KILLED')).message).toBe('Container exited with status 137');
    expect(docker.callsOf('stop').map((call) => call[2])).toEqual(['60', '1']);
    expect(bench.statesOf('stubborn').filter((state) => state === 'TASK_KILLING')).toHaveLength(1);
  });

  it('has five seconds to end when nobody said otherwise', async () => {
    bench.run(dockerTask('default', 'exec sleep 1000'));
    await bench.state('default', 'TASK_RUNNING');
    bench.kill('default');
    await bench.state('default', 'TASK_KILLED');
    expect(docker.callsOf('stop')[0]?.slice(0, 3)).toEqual(['stop', '-t', '5']);
  });

  it('ends with its maximum completion time', async () => {
    bench.run(dockerTask('slow', 'exec sleep 1000', { max_completion_time: { nanoseconds: 1e9 } }));
    expect(await bench.state('slow', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
      message: 'Container exited with status 137',
    });
  });

  it('does not outlive its client', async () => {
    bench.run(dockerTask('orphan', 'exec sleep 1000'));
    const { container_status: status } = await bench.state('orphan', 'TASK_RUNNING');
    const { pid } = theContainer();
    process.kill(status?.executor_pid ?? 0, 'SIGKILL');
    expect((await bench.state('orphan', 'TASK_FAILED')).message).toBe(
      'Container terminated with signal Killed',
    );
    await eventually(() => !isRunning(pid), 'the end of the container');
  });

  it('fails with the status of the client when the engine does not start it', async () => {
    bench.run(taskOf('none', { shell: false }, { container: container() }));
    expect((await bench.state('none', 'TASK_FAILED')).message).toBe('Container exited with status 125');
    expect(bench.statesOf('none')).toEqual(['TASK_STARTING', 'TASK_FAILED']);
    expect(await bench.output('none', 'stderr')).toContain('no command specified');
  });

  it.each<[string, ContainerInfo, string]>([
    [
      'hostname',
      { ...container({ network: 'HOST' }), hostname: 'h' },
      'Unable to set hostname with host network mode',
    ],
    ['network', container({ network: 'USER' }), 'No network info found in container info'],
  ])('fails before it is run with a wrong %s', async (id, wrong, cause) => {
    bench.run(dockerTask(id, 'true', { container: wrong }));
    expect(await bench.state(id, 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_EXECUTOR',
      message: `Failed to create docker run options: ${cause}`,
    });
    expect(docker.callsOf('run')).toEqual([]);
  });
});

describe('the image of a task', () => {
  it('is pulled when it is missing, or whenever the task wants that', async () => {
    for (const [id, force] of [
      ['first', false],
      ['second', false],
      ['third', true],
    ] as const) {
      bench.run(dockerTask(id, 'true', { container: container({ force_pull_image: force }) }));
      await bench.state(id, 'TASK_FINISHED');
    }
    expect(docker.callsOf('pull')).toEqual([
      ['pull', 'web:latest'],
      ['pull', 'web:latest'],
    ]);
  });

  it('cannot be had', async () => {
    bench.run(dockerTask('absent', 'true', { container: container({ image: 'host:5000/absent' }) }));
    const status = await bench.state('absent', 'TASK_FAILED');
    expect(status).toMatchObject({ source: 'SOURCE_AGENT', reason: 'REASON_CONTAINER_LAUNCH_FAILED' });
    expect(status.message).toMatch(
      /^Failed to launch container: Failed to pull image 'host:5000\/absent:latest': .*pull access denied/,
    );
    expect(bench.statesOf('absent')).toEqual(['TASK_FAILED']);
  });

  it('is not waited for when the task is killed', async () => {
    bench.run(dockerTask('slow', 'true', { container: container({ image: 'slow' }) }));
    await eventually(() => docker.callsOf('pull').length === 1);
    bench.kill('slow');
    expect((await bench.state('slow', 'TASK_KILLED')).message).toBe('Killed before delivery to the executor');
    expect(bench.statesOf('slow')).toEqual(['TASK_KILLED']);
  });

  it('is pulled with the credentials that the task brought along', async () => {
    const config = join(directory, 'docker.tar');
    const { execFileSync } = await import('node:child_process');
    writeFileSync(join(directory, 'config.json'), '{}');
    execFileSync('tar', ['-C', directory, '--transform', 's,^,.docker/,', '-cf', config, 'config.json']);
    const command = { shell: true, value: 'true', uris: [{ value: config }] };
    bench.run(taskOf('private', command, { container: container({ image: 'registry/private:1' }) }));
    await bench.state('private', 'TASK_FINISHED');
    expect(docker.credentialsOf('registry/private:1')).toMatch(/\/runs\/[^/]+\/\.docker$/);
  });

  it('of a MESOS container is run like a command', async () => {
    const mesos: ContainerInfo = {
      type: 'MESOS',
      mesos: { image: { type: 'DOCKER', docker: { name: 'tool' }, cached: true } },
    };
    const command = {
      shell: false,
      value: 'sh',
      arguments: ['my name', '-c', 'echo "$1"; exit 4', 'x', 'y'],
    };
    bench.run(taskOf('ucr', command, { container: mesos }));
    expect((await bench.state('ucr', 'TASK_FAILED')).message).toBe('Command exited with status 4');
    expect(await bench.output('ucr')).toBe('y\n');
  });
});

describe('without an engine', () => {
  it('a container fails at once and says why, a process runs', async () => {
    docker.isDown = true;
    await bench.crashAgent();
    await bench.startAgent();
    bench.run(dockerTask('image', 'true'));
    expect(await bench.state('image', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message:
        'Failed to launch container: docker engine is not available: Cannot connect to the Docker daemon at ' +
        'unix:///var/run/docker.sock. Is the docker daemon running?',
    });
    bench.run(taskOf('process', 'true'));
    await bench.state('process', 'TASK_FINISHED');
  });

  it.each([
    [
      'no program',
      { docker: '/no/such/docker', runner: 'auto' as const },
      "no program '/no/such/docker' is installed",
    ],
    ['an agent for processes', { runner: 'process' as const }, 'this agent runs processes only'],
  ])('%s', async (_, options, detail) => {
    await bench.crashAgent();
    await bench.startAgent({ options });
    bench.run(dockerTask('image', 'true'));
    expect((await bench.state('image', 'TASK_FAILED')).message).toBe(
      `Failed to launch container: docker engine is not available: ${detail}`,
    );
  });
});

describe('after a restart of the agent', () => {
  it('containers are found again, without a word to the framework', async () => {
    bench.run(dockerTask('long', 'exec sleep 1000'));
    const { container_status: before } = await bench.state('long', 'TASK_RUNNING');
    await bench.crashAgent();
    bench.updates.length = 0;
    await bench.startAgent();
    expect(bench.statesOf('long')).toEqual([]);
    expect(docker.callsOf('rm')).toEqual([]);
    expect(isRunning(theContainer().pid)).toBe(true);
    bench.kill('long');
    expect((await bench.state('long', 'TASK_KILLED')).container_status).toEqual(before);
  });

  it('the end of a container meanwhile is told', async () => {
    bench.run(dockerTask('ends', 'sleep 1; exit 7'));
    await bench.state('ends', 'TASK_RUNNING');
    const { pid } = theContainer();
    await bench.crashAgent();
    await eventually(() => !isRunning(pid));
    await bench.startAgent();
    expect((await bench.state('ends', 'TASK_FAILED')).message).toBe('Container exited with status 7');
  });

  it('a container goes with a supervisor that died', async () => {
    bench.run(dockerTask('lost', 'exec sleep 1000'));
    await bench.state('lost', 'TASK_RUNNING');
    const { pid } = theContainer();
    process.kill(await bench.supervisorPid(), 'SIGKILL');
    expect((await bench.state('lost', 'TASK_FAILED')).message).toBe('Executor terminated');
    await eventually(() => docker.containers.length === 0 && !isRunning(pid), 'the end of the container');
  });

  it('containers that no task belongs to are removed, those of others are not', async () => {
    bench.run(dockerTask('old', 'true'));
    await bench.state('old', 'TASK_FINISHED');
    const { name } = theContainer();
    await bench.crashAgent();
    await bench.startAgent();
    await eventually(() => docker.containers.length === 0);
    expect(docker.callsOf('rm')).toEqual([['rm', '-f', name]]);
    expect(docker.callsOf('ps').at(-1)).toContain(`label=ekiden.work_dir=${bench.workDir}`);
  });

  it('ended containers are kept for a while', async () => {
    await bench.crashAgent();
    await bench.startAgent({ options: { docker: docker.path, runner: 'auto', dockerRemoveDelayMs: 300 } });
    bench.run(dockerTask('short', 'true'));
    await bench.state('short', 'TASK_FINISHED');
    expect(docker.containers).toHaveLength(1);
    await eventually(() => docker.containers.length === 0);
  });
});
