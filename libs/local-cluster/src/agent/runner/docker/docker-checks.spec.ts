import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckInfo, ContainerInfo, HealthCheck, TaskInfo, TaskStatus } from '#mesos';
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

const rhythm = { delay_seconds: 0, interval_seconds: 0.1, timeout_seconds: 5 };
const quick = { ...rhythm, grace_period_seconds: 0, consecutive_failures: 1_000 };
const command = (value: string, more: Partial<HealthCheck> = {}): HealthCheck => ({
  type: 'COMMAND',
  command: { value },
  ...quick,
  ...more,
});
const container = (network: 'BRIDGE' | 'HOST' = 'BRIDGE'): ContainerInfo => ({
  type: 'DOCKER',
  docker: { image: 'web', network },
});
const image: ContainerInfo = {
  type: 'MESOS',
  mesos: { image: { type: 'DOCKER', docker: { name: 'tool' }, cached: true } },
};

const run = (id: string, more: Partial<TaskInfo>, line = 'exec sleep 1000'): void => {
  bench.run(taskOf(id, line, { container: container(), ...more }));
};
const statusesOf = (id: string): TaskStatus[] => bench.updatesOf(id).map(({ update }) => update.status);
const healthOf = (id: string): (boolean | undefined)[] =>
  statusesOf(id)
    .filter(({ reason }) => reason === 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED')
    .map(({ healthy }) => healthy);
const becomes = (id: string, healthy: boolean) =>
  eventually(() => healthOf(id).at(-1) === healthy, `${id} healthy: ${healthy}`);
const write = (id: string, name: string) => writeFile(join(bench.sandboxOf(id), name), '');

describe('a COMMAND health check of a container', () => {
  it('runs inside it: in its environment with variables of its own, output in the stderr of the task', async () => {
    const variables = [{ name: 'B', value: 'two words' }];
    const environment = { variables: [{ name: 'A', value: 'a' }, ...variables] };
    run(
      't',
      {
        command: { value: 'exec sleep 1000', environment },
        health_check: { ...command(''), command: { value: 'echo "$A $B $FAKE_ADDRESS"; test "$A" = a' } },
      },
      '',
    );
    await becomes('t', true);
    expect(bench.statesOf('t').slice(0, 2)).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
    const { name, address } = docker.containers[0]!;
    expect(await bench.output('t', 'stderr')).toContain(`a two words ${address}\n`);
    const call = docker.callsOf('exec')[0]!;
    expect(call.slice(-4)).toEqual([name, 'sh', '-c', 'echo "$A $B $FAKE_ADDRESS"; test "$A" = a']);
    expect(healthOf('t')).toEqual([true]);
  });

  it.each<[string, ContainerInfo, readonly string[]]>([
    ['DOCKER', container(), ['printf', '%s', 'a', 'b']],
    ['MESOS', image, ['printf', 'a', 'b']],
  ])('is given to a %s container without a shell when it wants none', async (_, kind, words) => {
    const own = { shell: false, value: 'printf', arguments: ['%s', 'a', 'b'] };
    run('t', { container: kind, health_check: { ...command(''), command: own } });
    await becomes('t', true);
    expect(docker.callsOf('exec')[0]!.slice(-words.length)).toEqual(words);
  });

  it('that fails too often has the container stopped, with the grace of its kind', async () => {
    const health_check = command('test ! -e broken', { consecutive_failures: 2 });
    run('t', { health_check });
    await becomes('t', true);
    await write('t', 'broken');
    const killed = await bench.state('t', 'TASK_KILLED');
    expect(killed).toMatchObject({ healthy: false, message: 'Container exited with status 143' });
    expect(healthOf('t')).toEqual([true, false, false]);
    expect(docker.callsOf('stop').map((call) => call.slice(0, 3))).toEqual([['stop', '-t', '5']]);
  });

  it('that takes too long has failed, and nothing of it goes on inside', async () => {
    const line = 'echo $$ >> pids; sleep 1000 & echo $! >> pids; wait';
    run('t', { health_check: command(line, { timeout_seconds: 0.5, consecutive_failures: 2 }) });
    await bench.state('t', 'TASK_KILLED');
    expect(await bench.output('t', 'stderr')).toContain('Command timed out after 500ms\n');
    const pids = (await bench.output('t', 'pids')).trim().split('\n').map(Number);
    expect(pids).toHaveLength(4);
    await eventually(() => !pids.some(isRunning), 'the end of the checks');
  });

  it('says nothing while the engine cannot run it', async () => {
    run('t', { health_check: command('true', { consecutive_failures: 1 }), container: image });
    await becomes('t', true);
    const { pid } = docker.containers[0]!;
    docker.isHung = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
    docker.isHung = false;
    docker.isDown = true;
    const calls = docker.callsOf('exec').length;
    await eventually(() => docker.callsOf('exec').length > calls + 2, 'checks without an engine');
    docker.isDown = false;
    expect(isRunning(pid)).toBe(true);
    expect(healthOf('t')).toEqual([true]);
  });
});

/** A service that answers 200 at the container's own address, and nowhere else. */
const service = (port: number, status = 200) => {
  const answer = `(q, s) => { process.stdout.write(q.headers.host + '\\n'); s.writeHead(${status}).end(); }`;
  const script = `require('http').createServer(${answer}).listen(${port}, process.env.FAKE_ADDRESS)`;
  return `exec '${process.execPath}' -e "${script}"`;
};
const nextPort = ((): (() => number) => {
  let port = 20_000 + (process.pid % 10_000);
  return () => (port += 1);
})();

describe('a container in a network of its own', () => {
  it('is asked over HTTP at its address, under the name it has inside', async () => {
    const port = nextPort();
    const health_check: HealthCheck = { type: 'HTTP', http: { port, path: '/x' }, ...quick };
    run('t', { health_check }, service(port));
    await becomes('t', true);
    expect(await bench.output('t')).toContain(`127.0.0.1:${port}\n`);
  });

  it('is connected to by TCP at its address', async () => {
    const port = nextPort();
    run('t', { health_check: { type: 'TCP', tcp: { port }, ...quick } }, service(port));
    await becomes('t', true);
    run('none', { health_check: { type: 'TCP', tcp: { port: port + 5_000 }, ...quick } });
    await becomes('none', false);
    expect(healthOf('t').at(-1)).toBe(true);
  });

  it('that cannot be reached is not healthy, and its stderr says why', async () => {
    const http = { port: 80, protocol: 'IPv6' as const };
    run('t', { health_check: { type: 'HTTP', http, ...quick } });
    await becomes('t', false);
    await eventually(() => healthOf('t').length > 2, 'several failures');
    const said = (await bench.output('t', 'stderr')).match(/port 80 of the container cannot be checked/g);
    expect(said).toHaveLength(1);
  });
});

describe('a check of a MESOS container with an image', () => {
  it('reports what the command inside came to', async () => {
    const check: CheckInfo = { type: 'COMMAND', command: { command: { value: 'exit 4' } }, ...rhythm };
    run('t', { container: image, check });
    const found = await eventually(() => statusesOf('t')[2]?.check_status, 'a result');
    expect(found).toEqual({ type: 'COMMAND', command: { exit_code: 4 } });
  });

  it('reports the status of an answer', async () => {
    const port = nextPort();
    const networks = { net: { mode: 'docker' as const, dockerNetwork: 'net' } };
    await bench.crashAgent();
    await bench.startAgent({ options: { docker: docker.path, runner: 'auto', networks } });
    const check: CheckInfo = { type: 'HTTP', http: { port, path: '/' }, ...rhythm };
    run('t', { container: { ...image, network_infos: [{ name: 'net' }] }, check }, service(port, 404));
    const found = await eventually(() => statusesOf('t')[2]?.check_status, 'a result');
    expect(found).toEqual({ type: 'HTTP', http: { status_code: 404 } });
  });
});
