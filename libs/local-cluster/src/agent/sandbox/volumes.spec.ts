import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Volume } from '#mesos';
import { AgentBench, taskOf } from '../agent.fixture.js';
import { findMountSupport, withMounts, type MountSupport } from './mounts.js';
import { prepareVolumes } from './volumes.js';

const userNamespace = await findMountSupport('userns', false);
const canMount = (await findMountSupport('auto', process.getuid?.() === 0)).mode !== 'symlink';
if (!canMount || userNamespace.mode === 'symlink')
  process.stderr.write('\n*** MOUNT TESTS CANNOT ALL RUN: no mount or user namespaces for this user ***\n\n');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ekiden-volumes-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const host = (name = ''): string => join(directory, 'host', name);
const volume = (hostPath: string, containerPath: string, mode: Volume['mode'] = 'RW'): Volume => ({
  mode,
  host_path: hostPath,
  container_path: containerPath,
});

describe('preparing volumes', () => {
  let sandbox: string;
  beforeEach(async () => {
    sandbox = join(directory, 'sandbox');
    await Promise.all([mkdir(sandbox), mkdir(host())]);
  });

  const prepare = (volumes: readonly Volume[], mode: 'root' | 'symlink' = 'symlink') =>
    prepareVolumes(volumes, { sandbox, mode, owner: undefined });

  it('links into the sandbox, directories between and missing host paths made', async () => {
    expect(await prepare([volume(host('new'), 'a/b')])).toEqual({ ok: true, mounts: [] });
    writeFileSync(join(sandbox, 'a/b/file'), 'x');
    expect(readFileSync(host('new/file'), 'utf8')).toBe('x');
  });

  it('makes places to mount on, of the same kind', async () => {
    writeFileSync(host('file'), '');
    const volumes = [volume(host(), 'd', 'RO'), volume(host('file'), 'f'), volume('own', '/usr')];
    expect(await prepare(volumes, 'root')).toEqual({
      ok: true,
      mounts: [
        { source: host(), target: join(sandbox, 'd'), isReadOnly: true },
        { source: host('file'), target: join(sandbox, 'f'), isReadOnly: false },
        { source: join(sandbox, 'own'), target: '/usr', isReadOnly: false },
      ],
    });
    expect(readdirSync(sandbox).toSorted()).toEqual(['d', 'f', 'own']);
    expect(statSync(join(sandbox, 'f')).isFile()).toBe(true);
  });

  it.each<[string, () => Volume, string]>([
    [
      'an absolute path',
      () => volume(host(), '/data'),
      "absolute container path '/data' needs mount support",
    ],
    ['out of the sandbox', () => volume(host(), '../x'), "'../x' is not a path below the sandbox"],
    ['the sandbox itself', () => volume(host(), './'), "'./' is not a path below the sandbox"],
    ['through a link', () => volume(host(), 'link/x'), "'link/x' leads through a link"],
    ['a link as host path', () => volume('link', 'x'), "'link' leads through a link"],
    ['a taken name', () => volume(host(), 'taken'), "'taken' exists in the sandbox already"],
    [
      'no parent',
      () => volume(host('a/b'), 'x'),
      "host path '/host/a/b' cannot be made: No such file or directory",
    ],
    [
      'another type',
      () => ({ mode: 'RW', container_path: 'x', source: { type: 'SECRET' } }),
      'volumes of type SECRET are not available on this agent',
    ],
  ])('refuses %s', async (_, wrong, error) => {
    symlinkSync('/etc', join(sandbox, 'link'));
    writeFileSync(join(sandbox, 'taken'), '');
    const prepared = await prepare([wrong()]);
    expect(prepared.ok ? undefined : prepared.error.replace(directory, '')).toBe(error);
  });

  it('refuses an absolute container path that does not exist', async () => {
    expect(await prepare([volume(host(), '/no/such/place')], 'root')).toEqual({
      ok: false,
      error: "container path '/no/such/place' does not exist on this machine",
    });
  });
});

describe('a process with host volumes', () => {
  let bench: AgentBench;
  afterEach(() => bench.stop());

  const run = async (mode: 'auto' | 'symlink', command: string, volumes: readonly Volume[]) => {
    await mkdir(host());
    writeFileSync(host('in'), 'from the host\n');
    bench = await AgentBench.start({ options: { mountMode: mode } });
    bench.run(taskOf('v', command, { container: { type: 'MESOS', mesos: {}, volumes } }));
  };

  it('reads and writes through links', async () => {
    await run('symlink', 'cat data/in; echo out > data/out', [volume(host(), 'data')]);
    await bench.state('v', 'TASK_FINISHED');
    expect(await bench.output('v')).toBe('from the host\n');
    expect(readFileSync(host('out'), 'utf8')).toBe('out\n');
  });

  it('is refused an absolute path without mounts', async () => {
    await run('symlink', 'true', [volume(host(), '/mnt')]);
    expect((await bench.state('v', 'TASK_FAILED')).message).toBe(
      "Failed to launch container: absolute container path '/mnt' needs mount support",
    );
  });

  it.skipIf(!canMount)('sees mounts that nobody else sees, read-only ones too', async () => {
    const script = 'cat /mnt/in data/in; echo out > data/out; echo no > /mnt/no; echo "status $?"; echo $$';
    await run('auto', script, [volume(host(), '/mnt', 'RO'), volume(host(), 'data')]);
    await bench.state('v', 'TASK_FINISHED');
    const { executor_pid: pid } = (await bench.state('v', 'TASK_RUNNING')).container_status ?? {};
    expect(await bench.output('v')).toBe(`from the host\nfrom the host\nstatus 2\n${pid}\n`);
    expect(readdirSync(host()).toSorted()).toEqual(['in', 'out']);
    expect(readdirSync(join(bench.sandboxOf('v'), 'data'))).toEqual([]);
  });

  it.skipIf(!canMount || process.getuid?.() !== 0)('runs as its user in spite of mounts', async () => {
    await mkdir(host());
    bench = await AgentBench.start();
    const command = { shell: true, value: 'id -un; grep CapEff /proc/self/status', user: 'nobody' };
    const container = { type: 'MESOS' as const, mesos: {}, volumes: [volume('own', 'data')] };
    bench.run(taskOf('v', command, { container }));
    await bench.state('v', 'TASK_FINISHED');
    expect(await bench.output('v')).toBe('nobody\nCapEff:\t0000000000000000\n');
  });
});

describe('mounts without root', () => {
  it.skipIf(userNamespace.mode === 'symlink')('leave the task with no more rights than it had', async () => {
    await mkdir(host());
    writeFileSync(host('in'), 'from the host\n');
    const script = 'cat /mnt/in; echo no > /mnt/no; echo $?; grep -E "Cap(Inh|Amb)" /proc/self/status';
    const command = { file: '/bin/sh', argv: ['/bin/sh', '-c', script] };
    const mounts = [{ source: host(), target: '/mnt', isReadOnly: true }];
    const tools = userNamespace as Exclude<MountSupport, { mode: 'symlink' }>;
    const { file, argv } = withMounts(command, mounts, tools);
    const output = execFileSync(file, argv.slice(1), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const none = '0'.repeat(16);
    expect(output).toBe(`from the host\n2\nCapInh:\t${none}\nCapAmb:\t${none}\n`);
    expect(readdirSync(host())).toEqual(['in']);
  });

  it('are links where nothing else is wanted', async () => {
    expect(await findMountSupport('symlink', true)).toEqual({ mode: 'symlink' });
  });
});
