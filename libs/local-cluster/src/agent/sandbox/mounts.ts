import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Executable } from './command.js';

/** How volumes come into sight of a process (spec/local-cluster.md §18.4). */
export type MountMode = 'root' | 'userns' | 'symlink';

/** A bind mount in the private mount namespace of one task. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** An IPC namespace of one task's own, with a `/dev/shm` of its own. */
export interface PrivateIpc {
  /** Size of `/dev/shm`; the kernel's own choice when absent. */
  readonly shmSizeMb?: number | undefined;
}

/** What mounting needs on this machine, by full path: tasks choose their own PATH. */
export interface MountTools {
  readonly mode: 'root' | 'userns';
  readonly unshare: string;
  readonly mount: string;
  readonly setpriv: string;
}

/** Mode and tools; without tools volumes are links. */
export type MountSupport = MountTools | { readonly mode: 'symlink' };

const run = promisify(execFile);
const probeTimeoutMs = 5_000;

/** Mounts triples of access, source and target (or `shm`, options and target), then becomes the command after `--`. */
const prelude = [
  'set -e',
  'mount=$1; shift',
  'while [ "$1" != -- ]; do',
  'if [ "$1" = shm ]; then "$mount" -t tmpfs -o "$2" shm "$3"; else "$mount" --rbind -- "$2" "$3"; fi',
  'if [ "$1" = ro ]; then "$mount" -o remount,bind,ro -- "$3"; fi',
  'shift 3',
  'done',
  'shift',
  'exec "$@"',
].join('\n');

/**
 * Which mode works here, tried out. `isRoot`: whether this process has all rights; it then mounts with them even when
 * `userns` is wanted, for in a user namespace tasks could not run as users of their own.
 */
export async function findMountSupport(wanted: 'auto' | MountMode, isRoot: boolean): Promise<MountSupport> {
  if (wanted === 'symlink') return { mode: 'symlink' };
  const mode = isRoot || wanted === 'root' ? 'root' : 'userns';
  try {
    const find = async (name: string): Promise<string> =>
      (await run('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', name])).stdout.trim();
    const [unshare = '', mount = '', setpriv = ''] = await Promise.all(
      ['unshare', 'mount', 'setpriv'].map(find),
    );
    const tools: MountTools = { mode, unshare, mount, setpriv };
    const probe = { source: '/', target: '/', isReadOnly: false };
    const { file, argv } = withMounts({ file: '/bin/true', argv: ['/bin/true'] }, [probe], tools);
    await run(file, argv.slice(1), { timeout: probeTimeoutMs });
    return tools;
  } catch {
    // A tool is missing, or the kernel or a container around us does not allow it.
    return { mode: 'symlink' };
  }
}

/**
 * Lets a command see mounts that nobody else sees. Process id and output stay those of the command; argv[0] becomes
 * the file name (spec/local-cluster.md §28, 13).
 */
export function withMounts(
  command: Executable,
  mounts: readonly Mount[],
  tools: MountTools,
  ipc?: PrivateIpc,
): Executable {
  if (mounts.length === 0 && ipc === undefined) return command;
  const namespaces =
    tools.mode === 'root' ? ['--mount'] : ['--user', '--map-current-user', '--keep-caps', '--mount'];
  // The rights that mounting took are given up before the task's own program runs.
  const dropRights =
    tools.mode === 'root' ? [] : [tools.setpriv, '--ambient-caps=-all', '--inh-caps=-all', '--'];
  const triples = mounts.flatMap(({ source, target, isReadOnly }) => [
    isReadOnly ? 'ro' : 'rw',
    source,
    target,
  ]);
  // First: a volume may lie in it.
  if (ipc !== undefined) triples.unshift('shm', shmOptions(ipc), '/dev/shm');
  const shell = ['/bin/sh', '-c', prelude, 'sh', tools.mount, ...triples, '--'];
  return {
    file: tools.unshare,
    argv: [
      tools.unshare,
      ...namespaces,
      ...(ipc === undefined ? [] : ['--ipc']),
      '--',
      ...shell,
      ...dropRights,
      command.file,
      ...command.argv.slice(1),
    ],
  };
}

function shmOptions({ shmSizeMb }: PrivateIpc): string {
  const size = shmSizeMb === undefined ? [] : [`size=${shmSizeMb}m`];
  return ['nosuid', 'nodev', 'noexec', 'mode=1777', ...size].join(',');
}
