import type { CommandInfo } from '#mesos';
import type { HostUser } from '../host.js';

/** What to execute for a task: `file` is looked up in the task's PATH when it has no slash. */
export interface Executable {
  readonly file: string;
  readonly argv: readonly string[];
}

const shell = '/bin/sh';

/**
 * What a CommandInfo executes (spec/local-cluster.md §12): a shell command line, or a file with its whole argv,
 * argv[0] included. Nothing when there is no value: the reference's executor aborts on that.
 */
export function executableOf(command: CommandInfo): Executable | undefined {
  const { value, arguments: argv = [] } = command;
  if (value === undefined) return undefined;
  if (command.shell !== false) return { file: shell, argv: [shell, '-c', value] };
  return { file: value, argv: argv.length === 0 ? [value] : argv };
}

/**
 * Lets `setpriv` change to the user before it executes the task: the only way to get the supplementary groups, for
 * which Node has no call. argv[0] becomes the file name.
 */
export function asUserWithGroups(executable: Executable, user: HostUser, setpriv = 'setpriv'): Executable {
  const [, ...args] = executable.argv;
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, `--groups=${user.groups.join(',')}`];
  return { file: setpriv, argv: [setpriv, ...identity, '--', executable.file, ...args] };
}
