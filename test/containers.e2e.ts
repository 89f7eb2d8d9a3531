import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppView } from './support/api-client.js';
import { sleepingApp } from './support/app-definitions.js';
import { DockerDouble } from './support/docker-double.js';
import { eventually } from './support/eventually.js';
import { isAlive } from './support/processes.js';
import { Site, temporaryDirectory, type SiteOptions } from './support/site.js';

const NETWORK = 'backend';

let docker: DockerDouble;
let directory: string;
let site: Site;

async function startWithDocker(more: SiteOptions = {}): Promise<void> {
  directory = temporaryDirectory();
  docker = new DockerDouble(directory);
  const env = { PATH: `${docker.binDirectory}:${process.env['PATH']}` };
  site = await Site.create({ env, args: ['--default_network_name', NETWORK], ...more });
}

async function stopAll(): Promise<void> {
  await site?.dispose();
  docker?.dispose();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

const image = (type: 'DOCKER' | 'MESOS', more: object = {}) => ({
  container: { type, docker: { image: 'example/web:1' }, ...more },
});
const webMapping = { portMappings: [{ containerPort: 80, hostPort: 0, name: 'http' }] };
const bridge = { networks: [{ mode: 'container/bridge' }] };

/** Arguments of the container that runs a task. */
const runOf = (taskId: string): readonly string[] =>
  docker.callsOf('run').find((call) => call.includes(`ekiden.task=${taskId}`)) ?? [];
const optionsOf = (call: readonly string[], name: string): string[] =>
  call.flatMap((word, index) => (call[index - 1] === name ? [word] : []));
const runNameOf = (taskId: string) => optionsOf(runOf(taskId), '--name')[0];
const containerOf = (taskId: string) =>
  docker.containers.find(({ labels }) => labels.includes(`ekiden.task=${taskId}`))!;

const expectReachable = ({ tasks }: AppView): void => {
  for (const { id, ports, ipAddresses } of tasks) {
    const call = runOf(id);
    expect(ports).toHaveLength(1);
    expect(optionsOf(call, '-p')).toEqual([`${ports[0]}:80/tcp`]);
    expect(optionsOf(call, '--net')).toEqual(['bridge']);
    expect(ipAddresses).toEqual([{ ipAddress: containerOf(id).address, protocol: 'IPv4' }]);
    expect(optionsOf(call, '-e')).toEqual(
      expect.arrayContaining([
        `PORT_80=${ports[0]}`,
        `PORT_HTTP=${ports[0]}`,
        `MESOS_TASK_ID=${id}`,
        'MARATHON_APP_DOCKER_IMAGE=example/web:1',
        'MESOS_SANDBOX=/mnt/mesos/sandbox',
      ]),
    );
  }
};

describe('apps with container images', () => {
  beforeAll(async () => {
    await startWithDocker();
    await site.start();
  });
  afterAll(stopAll);

  test('run in a docker container behind a bridge, are scaled and end politely', async () => {
    const cmd = 'trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done';
    await site.api.createApp(
      sleepingApp('web', { cmd, ...bridge, ...image('DOCKER', webMapping), taskKillGracePeriodSeconds: 30 }),
    );
    expectReachable(await site.api.running('/web', 1));

    expect((await site.api.put('/v2/apps/web', { instances: 3 })).status).toBe(200);
    const { tasks } = await site.api.running('/web', 3);
    expectReachable(await site.api.app('/web'));
    expect(new Set(tasks.map(({ ipAddresses }) => ipAddresses[0]?.ipAddress)).size).toBe(3);
    const text = await site.api.get('/v2/tasks', { accept: 'text/plain' });
    for (const { host, ports } of tasks) expect(text.text).toContain(`${host}:${ports[0]}`);
    await site.api.settled();

    const pids = tasks.map(({ id }) => containerOf(id).pid);
    const names = tasks.map(({ id }) => containerOf(id).name);
    await site.api.delete('/v2/apps/web');
    await site.api.settled();
    await eventually(() => !pids.some(isAlive));
    const stopped = docker.callsOf('stop').map((call) => call.join(' '));
    expect(new Set(stopped)).toEqual(new Set(names.map((name) => `stop -t 30 ${name}`)));
    expect(docker.callsOf('kill')).toEqual([]);
  });

  test('are checked at their own address, and by commands inside', async () => {
    const script =
      "require('http').createServer((q, s) => s.writeHead(require('fs').existsSync('sick') ? 503 : 200).end())" +
      '.listen(process.env.PORT_80, process.env.FAKE_ADDRESS)';
    const rhythm = { intervalSeconds: 1, gracePeriodSeconds: 60, maxConsecutiveFailures: 1, delaySeconds: 0 };
    const http = { protocol: 'MESOS_HTTP', path: '/', portIndex: 0 };
    const exec = { protocol: 'COMMAND', command: { value: 'test ! -e sick && test -n "$MARATHON_APP_ID"' } };
    // Ports of this engine's containers are those of the host.
    const mapping = { portMappings: [{ containerPort: 0, hostPort: 0 }] };
    for (const [name, check] of Object.entries({ http, exec })) {
      const id = `checked-${name}`;
      const cmd = `PORT_80=$PORT0 exec '${process.execPath}' -e "${script}"`;
      const healthChecks = [{ ...check, ...rhythm }];
      await site.api.createApp(
        sleepingApp(id, { cmd, ...bridge, ...image('DOCKER', mapping), healthChecks, backoffSeconds: 0 }),
      );
      const healthyTask = async () => {
        const { app } = (await site.api.get<{ app: CheckedApp }>(`/v2/apps/${id}`)).body;
        return app.tasksHealthy === 1 && app.tasks[0];
      };
      const first = await eventually(healthyTask);
      const { sandbox } = containerOf(first.id);
      writeFileSync(join(sandbox, 'sick'), '');
      const second = await eventually(async () => {
        const task = await healthyTask();
        return task && task.id !== first.id && task;
      });
      expect(docker.callsOf('stop').map((call) => call.at(-1))).toContain(runNameOf(first.id));
      expect(containerOf(second.id).sandbox).not.toBe(sandbox);
      await site.api.delete(`/v2/apps/${id}?force=true`);
      await site.api.settled();
    }
  });

  test('join a network by its name, or by the default name', async () => {
    const networks = [{ mode: 'container' }];
    await site.api.createApp(sleepingApp('named', { networks, ...image('DOCKER') }));
    const [task] = (await site.api.running('/named', 1)).tasks;
    expect(optionsOf(runOf(task!.id), '--net')).toEqual([NETWORK]);
    expect(task).toMatchObject({ ports: [], ipAddresses: [{ ipAddress: containerOf(task!.id).address }] });
  });

  test('run the image of a MESOS container behind the same bridge', async () => {
    await site.api.createApp(sleepingApp('ucr', { ...bridge, ...image('MESOS', webMapping) }));
    const [task] = (await site.api.running('/ucr', 1)).tasks;
    const call = runOf(task!.id);
    expect(optionsOf(call, '--net')).toEqual(['bridge']);
    expect(optionsOf(call, '-p')).toEqual([`${task!.ports[0]}:80/tcp`]);
    expect(task!.ipAddresses).toEqual([{ ipAddress: containerOf(task!.id).address, protocol: 'IPv4' }]);
  });

  test('are given their limits and Linux settings', async () => {
    const resourceLimits = { cpus: 'unlimited', mem: 128 };
    await site.api.createApp(sleepingApp('limited', { mem: 64, resourceLimits, ...image('DOCKER') }));
    const [limited] = (await site.api.running('/limited', 1)).tasks;
    const megabyte = 1024 ** 2;
    expect(optionsOf(runOf(limited!.id), '--memory')).toEqual([String(128 * megabyte)]);
    expect(optionsOf(runOf(limited!.id), '--memory-reservation')).toEqual([String(64 * megabyte)]);
    expect(optionsOf(runOf(limited!.id), '--cpu-quota')).toEqual([]);

    const linuxInfo = { seccomp: { unconfined: true }, ipcInfo: { mode: 'PRIVATE', shmSize: 16 } };
    await site.api.createApp(sleepingApp('linux', image('MESOS', { linuxInfo })));
    const [linux] = (await site.api.running('/linux', 1)).tasks;
    expect(optionsOf(runOf(linux!.id), '--security-opt')).toEqual(['seccomp=unconfined']);
    expect(optionsOf(runOf(linux!.id), '--ipc')).toEqual(['private']);
    expect(optionsOf(runOf(linux!.id), '--shm-size')).toEqual(['16m']);
  });

  test('survive a crash of Ekiden under the same task ids', async () => {
    await site.api.createApp(sleepingApp('durable', { ...bridge, ...image('DOCKER') }));
    const before = (await site.api.running('/durable', 1)).tasks;
    const { pid } = containerOf(before[0]!.id);
    await site.crashAndRestart();
    const after = await site.api.running('/durable', 1);
    expect(after.tasks.map(({ id, ipAddresses }) => [id, ipAddresses])).toEqual(
      before.map(({ id, ipAddresses }) => [id, ipAddresses]),
    );
    expect(isAlive(pid)).toBe(true);
    await site.api.delete('/v2/apps/durable');
    await eventually(() => !isAlive(pid));
  });

  test('stay the same tasks while the engine is away', async () => {
    await site.api.createApp(sleepingApp('steady', { ...bridge, ...image('DOCKER'), backoffSeconds: 0 }));
    const [before] = (await site.api.running('/steady', 1)).tasks;
    const attached = () => docker.callsOf('attach').map((call) => call.at(-1));
    const { name, pid } = containerOf(before!.id);
    docker.isDown = true;
    const looks = docker.callsOf('inspect').length;
    await eventually(() => docker.callsOf('inspect').length > looks + 2);
    docker.isDown = false;
    await eventually(() => attached().includes(name));
    const [after] = (await site.api.running('/steady', 1)).tasks;
    expect(after!.id).toBe(before!.id);
    expect(isAlive(pid)).toBe(true);

    process.kill(-pid, 'SIGKILL');
    const failure = await eventually(async () => (await site.api.app('/steady')).lastTaskFailure);
    expect(failure.message).toBe('Container exited with status 137');
    await site.api.running('/steady', 1);
  });

  test('name the image that cannot be had', async () => {
    const container = { type: 'DOCKER', docker: { image: 'example/absent' } };
    await site.api.createApp(sleepingApp('absent', { container, backoffSeconds: 60 }));
    const failure = await eventually(async () => (await site.api.app('/absent')).lastTaskFailure);
    expect(failure.message).toMatch(
      /^Failed to launch container: Failed to pull image 'example\/absent:latest': /,
    );
  });
});

describe('on a machine with GPUs', () => {
  beforeAll(async () => {
    const cluster = 'local://?resources=cpus:8;mem:4096;disk:4096;gpus:3';
    const args = ['--master', cluster, '--enable_features', 'gpu_resources'];
    await startWithDocker({ ownCluster: true, args });
    await site.start();
  });
  afterAll(stopAll);

  test('containers get devices of their own', async () => {
    await site.api.createApp(sleepingApp('gpu', { gpus: 1, instances: 2, ...image('MESOS') }));
    const { tasks } = await site.api.running('/gpu', 2);
    const devices = tasks.flatMap(({ id }) => optionsOf(runOf(id), '--gpus'));
    expect(devices.toSorted()).toEqual(['"device=0"', '"device=1"']);
  });
});

describe('without a docker engine', () => {
  beforeAll(async () => {
    await startWithDocker();
    docker.isDown = true;
    await site.start();
  });
  afterAll(stopAll);

  test.each(['DOCKER', 'MESOS'] as const)(
    'an image in a %s container fails, says why and backs off',
    async (type) => {
      const id = type.toLowerCase();
      await site.api.createApp(sleepingApp(id, { ...image(type), backoffSeconds: 30 }));
      const failure = await eventually(async () => (await site.api.app(`/${id}`)).lastTaskFailure);
      expect(failure).toMatchObject({
        state: 'TASK_FAILED',
        message:
          'Failed to launch container: docker engine is not available: Cannot connect to the Docker daemon at ' +
          'unix:///var/run/docker.sock. Is the docker daemon running?',
      });
      const { queue } = (await site.api.get<QueueAnswer>('/v2/queue')).body;
      expect(queue.find(({ app }) => app.id === `/${id}`)).toMatchObject({
        count: 1,
        delay: { overdue: false },
      });
      expect(docker.callsOf('run')).toEqual([]);
    },
  );

  test('a MESOS container without image reads and writes a volume of the host', async () => {
    const hostPath = join(directory, 'volume');
    mkdirSync(hostPath);
    writeFileSync(join(hostPath, 'in'), 'from the host');
    const cmd = 'cat data/in > data/out; exec sleep 1000';
    const volumes = [{ hostPath, containerPath: 'data', mode: 'RW' }];
    await site.api.createApp(sleepingApp('volume', { cmd, container: { type: 'MESOS', volumes } }));
    await site.api.running('/volume', 1);
    const written = await eventually(() => readFileSync(join(hostPath, 'out'), 'utf8') || undefined);
    expect(written).toBe('from the host');
  });

  test('a process is held to a limit of memory, and refused with one of processors', async () => {
    const script = 'globalThis.x = Buffer.alloc(200 * 1024 ** 2, 1); setInterval(() => {}, 1e6)';
    const hoarding = { cmd: `exec '${process.execPath}' -e "${script}"`, mem: 32, backoffSeconds: 30 };
    await site.api.createApp(sleepingApp('hoard', { ...hoarding, resourceLimits: { mem: 100 } }));
    await site.api.createApp(sleepingApp('cpus', { resourceLimits: { cpus: 2 }, backoffSeconds: 30 }));
    const messageOf = (id: string) =>
      eventually(async () => (await site.api.app(id)).lastTaskFailure?.message);
    expect(await messageOf('/hoard')).toMatch(
      /^Memory limit exceeded: Requested: 100MB Maximum Used: \d+MB\n/,
    );
    expect(await messageOf('/cpus')).toBe(
      'Failed to launch container: a limit of cpus needs a container image: this agent does not limit the ' +
        'processor time of processes',
    );
  });

  test('a process behind a bridge fails and says what it needs', async () => {
    await site.api.createApp(sleepingApp('process', { ...bridge, backoffSeconds: 30 }));
    const failure = await eventually(async () => (await site.api.app('/process')).lastTaskFailure);
    expect(failure.message).toBe(
      "Failed to launch container: Network 'mesos-bridge' needs a container image: it belongs to the docker engine",
    );
  });
});

interface CheckedApp {
  readonly tasksHealthy: number;
  readonly tasks: readonly { readonly id: string }[];
}

interface QueueAnswer {
  readonly queue: readonly {
    readonly app: { readonly id: string };
    readonly count: number;
    readonly delay: { readonly overdue: boolean };
  }[];
}
