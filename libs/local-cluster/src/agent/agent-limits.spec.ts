import { readlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinuxInfo, TaskInfo } from '#mesos';
import { AgentBench, eventually, taskOf } from './agent.fixture.js';
import { findMountSupport } from './sandbox/mounts.js';

const canMount = (await findMountSupport('auto', process.getuid?.() === 0)).mode !== 'symlink';

let bench: AgentBench;
beforeEach(async () => {
  bench = await AgentBench.start();
});
afterEach(() => bench.stop());

const withLinux = (linux_info: LinuxInfo): Partial<TaskInfo> => ({
  container: { type: 'MESOS', mesos: {}, linux_info },
});
const hoard = (megabytes: number): string =>
  `exec '${process.execPath}' -e "globalThis.x = Buffer.alloc(${megabytes} * 1024 ** 2, 1); setInterval(() => {}, 1e6)"`;

describe('a process with limits', () => {
  it('ends when it uses more memory than its limit, and its status says how much', async () => {
    bench.run(taskOf('t', hoard(200), { limits: { mem: { value: 150 } } }));
    const failed = await bench.state('t', 'TASK_FAILED');
    expect(failed).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
      limitation: { resources: [{ name: 'mem', type: 'SCALAR' }] },
    });
    expect(failed.message).toMatch(
      /^Memory limit exceeded: Requested: 150MB Maximum Used: 2\d\dMB\n\nMEMORY STATISTICS: \nrss 2\d{8}\n$/,
    );
    expect(bench.statesOf('t')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED']);
  });

  it('goes on below its limit, and without one', async () => {
    const mem = { value: 400 };
    bench.run(taskOf('below', hoard(200), { limits: { mem } }));
    const limits = { cpus: { value: 'Infinity' as const }, mem: { value: 'Infinity' as const } };
    bench.run(taskOf('free', hoard(200), { limits }));
    await bench.state('below', 'TASK_RUNNING');
    await bench.state('free', 'TASK_RUNNING');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const id of ['below', 'free']) expect(bench.statesOf(id)).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
  });

  it('is not started when its processor time is limited', async () => {
    bench.run(taskOf('t', 'true', { limits: { cpus: { value: 2 } } }));
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe(
      'Failed to launch container: a limit of cpus needs a container image: this agent does not limit the ' +
        'processor time of processes',
    );
  });
});

describe('a process with linux_info', () => {
  it.skipIf(!canMount)('has an IPC namespace and shared memory of its own', async () => {
    const line =
      'readlink /proc/self/ns/ipc; df -m --output=size /dev/shm | tail -1; ls /dev/shm | wc -l; id -u';
    bench.run(taskOf('t', line, withLinux({ ipc_mode: 'PRIVATE', shm_size: 7 })));
    await bench.state('t', 'TASK_FINISHED');
    const [namespace, ...rest] = (await bench.output('t')).trim().split(/\s+/);
    expect(namespace).toMatch(/^ipc:/);
    expect(namespace).not.toBe(await readlink('/proc/self/ns/ipc'));
    expect(rest).toEqual(['7', '0', String(process.getuid?.())]);
  });

  it('shares those of the host, and is forbidden no system call', async () => {
    const info: LinuxInfo = { ipc_mode: 'SHARE_PARENT', seccomp: { unconfined: true } };
    bench.run(taskOf('t', 'readlink /proc/self/ns/ipc', withLinux(info)));
    await bench.state('t', 'TASK_FINISHED');
    expect(await bench.output('t')).toBe(`${await readlink('/proc/self/ns/ipc')}\n`);
  });

  it.each<[string, LinuxInfo]>([
    [
      "seccomp profile 'strict' is not available: this agent has no directory of profiles",
      { seccomp: { profile_name: 'strict', unconfined: false } },
    ],
    ['capabilities of linux_info are not available on this agent', { bounding_capabilities: {} }],
    ['share_pid_namespace is not available on this agent', { share_pid_namespace: true }],
    ["shm_size needs the IPC mode 'PRIVATE'", { shm_size: 1, ipc_mode: 'SHARE_PARENT' }],
  ])('is not started: %s', async (reason, info) => {
    bench.run(taskOf('t', 'true', withLinux(info)));
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe(`Failed to launch container: ${reason}`);
  });

  it('is not started without mounts for the shared memory of its own', async () => {
    await bench.crashAgent();
    await bench.startAgent({ options: { mountMode: 'symlink' } });
    bench.run(taskOf('t', 'true', withLinux({ ipc_mode: 'PRIVATE' })));
    expect((await bench.state('t', 'TASK_FAILED')).message).toBe(
      'Failed to launch container: a private IPC namespace needs mount support (see mount_mode)',
    );
  });
});

const gpus = (value: number): Partial<TaskInfo> => ({
  resources: [
    ...taskOf('t', '').resources!,
    { name: 'gpus', type: 'SCALAR', scalar: { value }, allocation_info: { role: '*' } },
  ],
});
const devicesOf = (id: string) =>
  eventually(async () => {
    if (bench.statesOf(id).at(-1) !== 'TASK_RUNNING') return undefined;
    return (await bench.output(id)).trim() || undefined;
  }, `the devices of ${id}`);

describe('a task with GPUs', () => {
  const options = { resources: 'cpus:64;mem:65536;disk:1000;gpus:3;ports:[31000-32000]' };
  const line = 'echo $CUDA_VISIBLE_DEVICES $NVIDIA_VISIBLE_DEVICES; exec sleep 1000';
  beforeEach(async () => {
    await bench.stop();
    bench = await AgentBench.start({ options });
  });

  it('sees devices that nobody else sees, over a restart of the agent, too', async () => {
    bench.run(taskOf('a', line, gpus(1)));
    expect(await devicesOf('a')).toBe('0 0');
    await bench.state('a', 'TASK_RUNNING');
    await bench.crashAgent();
    await bench.startAgent();
    bench.run(taskOf('b', line, gpus(2)));
    expect(await devicesOf('b')).toBe('1,2 1,2');
    bench.run(taskOf('c', line, gpus(1)));
    expect((await bench.state('c', 'TASK_FAILED')).message).toBe(
      'Failed to launch container: 1 GPUs are asked for, but not so many are free',
    );
    bench.kill('a');
    await bench.state('a', 'TASK_KILLED');
    bench.run(taskOf('d', line, gpus(1)));
    expect(await devicesOf('d')).toBe('0 0');
  });

  it('has no variables for them when it asks for none', async () => {
    bench.run(taskOf('t', 'env'));
    await bench.state('t', 'TASK_FINISHED');
    expect(await bench.output('t')).not.toContain('VISIBLE_DEVICES');
  });
});
