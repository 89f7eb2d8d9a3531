import type { Call, OptionTable } from '../command-line/command.js';
import { EXIT, type ExitCode } from '../errors.js';
import type { QueryValue } from '../http/api.js';
import { whenOf } from '../when.js';
import { actorText, showEvents, type ActorView, type EventView } from './events-view.js';
import { absoluteId } from './ids.js';
import type { Kind } from './past.js';

/** Which part of the history. */
export const HISTORY_OPTIONS: OptionTable = {
  from: { value: 'WHEN', description: 'not before: a position, a time, or how long ago (`8h`, `2d`)' },
  to: { value: 'WHEN', description: 'not after' },
  actor: { value: 'WHO', description: 'a user, a name given with `--as`, an address, or system' },
  type: { value: 'TYPE', repeatable: true, description: 'events of this type, AppUpdated for example' },
  events: { description: 'every event, not one line per command' },
  changes: { description: 'what happened to definitions, groups and deployments, without instances' },
  limit: { value: 'N', description: 'at most so many; 50' },
  oldest: { description: 'the oldest first' },
};

/** Filters that only the history of everything has. */
export const SUBJECT_OPTIONS: OptionTable = {
  app: { value: 'ID', description: 'of one app', completion: 'app' },
  group: { value: 'ID', description: 'of everything at or below a group', completion: 'group' },
  instance: { value: 'ID', description: 'of one instance' },
  deployment: { value: 'ID', description: 'of one deployment' },
  stream: { value: 'STREAM', description: 'of one stream: app:/web, instance:…, framework, cluster' },
  correlation: { value: 'ID', description: 'what one command led to' },
  'caused-by': { value: 'ID', description: 'what one event directly led to' },
};

/** One command of the history. */
interface CommandEntry {
  readonly id: string;
  readonly time: string;
  readonly actor: ActorView;
  readonly accepted: boolean;
  readonly position?: number;
  readonly summary?: string;
  readonly command?: string;
  readonly path?: string;
  readonly reason?: string;
  readonly deploymentId?: string;
}

interface HistoryAnswer {
  readonly entries: readonly unknown[];
  readonly next?: string;
}

export const history = (call: Call): Promise<ExitCode> => {
  const { input } = call;
  const [app, group] = [input.option('app'), input.option('group')];
  return showHistory(call, {
    app: app === undefined ? undefined : absoluteId(app),
    group: group === undefined ? undefined : absoluteId(group),
    instance: input.option('instance'),
    deployment: input.option('deployment'),
    stream: input.option('stream'),
    correlation: input.option('correlation'),
    causedBy: input.option('caused-by'),
  });
};

/** The history of one app or of everything below a group. */
export const historyOf = (call: Call, kind: Kind): Promise<ExitCode> =>
  showHistory(call, { [kind]: absoluteId(call.input.argument('ID')) });

async function showHistory(call: Call, subject: Readonly<Record<string, QueryValue>>): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const [from, to] = ['from', 'to'].map((name) => {
    const text = input.option(name);
    return text === undefined ? undefined : whenOf(text, io.nowMs());
  });
  const types = input.list('type');
  const onlyEvents = input.flag('events') || types.length > 0 || subject['causedBy'] !== undefined;
  const kind = input.flag('changes') ? 'change' : onlyEvents ? undefined : 'command';
  const query = {
    ...subject,
    kind,
    type: types,
    actor: input.option('actor'),
    from,
    to,
    order: input.flag('oldest') ? 'asc' : undefined,
    limit: input.number('limit'),
  };
  const { text } = await api.send({ method: 'GET', path: '/ekiden/v1/history', query });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const { entries, next } = JSON.parse(text) as HistoryAnswer;
  if (entries.length === 0) screen.note('nothing in the history');
  else if (kind === 'command') showCommands(call, entries as readonly CommandEntry[]);
  else showEvents(screen, entries as readonly EventView[]);
  if (next !== undefined) screen.note('there is more: `--limit`, `--from` and `--to` choose what is shown');
  return EXIT.ok;
}

function showCommands({ screen }: Call, commands: readonly CommandEntry[]): void {
  const { style } = screen;
  screen.table<CommandEntry>(
    [
      { title: 'POSITION', align: 'right', value: ({ position }) => position },
      { title: 'TIME', value: ({ time }) => time },
      { title: 'WHO', value: ({ actor }) => actorText(actor) },
      {
        title: 'WHAT',
        flexible: true,
        value: commandText,
        style: (text, { accepted }) => (accepted ? text : style.red(text)),
      },
      { title: 'WHY', flexible: true, value: ({ actor }) => actor.reason },
    ],
    commands,
  );
}

function commandText({ accepted, summary, command, path, reason }: CommandEntry): string {
  if (accepted) return summary ?? '';
  // A command without a name of its own is called by its method and path.
  const what =
    command === undefined || path === undefined || command.endsWith(path)
      ? (command ?? path)
      : `${command} ${path}`;
  return `refused: ${what} (${(reason ?? '') === '' ? 'no reason given' : reason})`;
}
