import type { CommandInfo, CommandUri } from '../../cluster/mesos-shapes.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';

/** The command of an app's tasks without its environment (`spec/scheduling.md` §4.3). */
export function commandOf(app: AppDefinition): CommandInfo {
  const uris = app.fetch.map(commandUri);
  return {
    ...invocationOf(app),
    ...(app.user === undefined ? {} : { user: app.user }),
    ...(uris.length === 0 ? {} : { uris }),
  };
}

function invocationOf({ cmd, args, container }: AppDefinition): CommandInfo {
  if (cmd !== undefined) return { shell: true, value: cmd };
  if (args.length === 0) return { shell: false };
  if (container !== undefined) return { shell: false, arguments: args };
  return { shell: false, value: args[0]!, arguments: args };
}

function commandUri({
  uri,
  extract,
  executable,
  cache,
  destPath,
}: AppDefinition['fetch'][number]): CommandUri {
  return {
    value: uri,
    extract,
    executable,
    cache,
    ...(destPath === undefined ? {} : { output_file: destPath }),
  };
}

const COMMAND_EXECUTOR = '//cmd';

/** Path of the custom executor that runs the app's tasks, `undefined` for Mesos's own (`spec/scheduling.md` §3.10). */
export function executorPathOf(app: AppDefinition, defaultExecutor: string): string | undefined {
  const executor = app.executor === '' ? defaultExecutor : app.executor;
  return executor === COMMAND_EXECUTOR || executor === '' ? undefined : executor;
}

/** What starts a custom executor: it gets the app's command line as its arguments. */
export function executorCommandOf(app: AppDefinition, path: string): CommandInfo {
  const { arguments: _, ...command } = commandOf(app);
  const tail = app.cmd ?? app.args.join(' ');
  const value = `chmod ug+rx '${path}' && exec '${path}'${tail === '' ? '' : ` ${tail}`}`;
  return { ...command, shell: true, value };
}
