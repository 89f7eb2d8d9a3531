import type { Call } from '../command-line/command.js';
import { CliError, EXIT, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { printable } from '../output/styles.js';
import { whenOf } from '../when.js';
import { showChanges, type ObjectChange } from './changes-view.js';
import { absoluteId } from './ids.js';

/** What a command is about: apps and groups have the same past. */
export type Kind = 'app' | 'group';

const COLLECTIONS = { app: '/v2/apps', group: '/v2/groups' } as const;

/** Versions of an app or group, newest first. */
export async function listVersions(call: Call, kind: Kind): Promise<ExitCode> {
  const { api, input, screen } = call;
  const path = pathOf(COLLECTIONS[kind], absoluteId(input.argument('ID')), 'versions');
  const { text } = await api.send({
    method: 'GET',
    path,
    query: { all: input.flag('all') ? true : undefined },
  });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  for (const version of versionsOf(text)) screen.line(printable(version));
  return EXIT.ok;
}

function versionsOf(text: string): readonly string[] {
  const body = JSON.parse(text) as readonly string[] | { readonly versions: readonly string[] };
  return 'versions' in body ? body.versions : body;
}

interface DiffAnswer {
  readonly from: Instant;
  readonly to: Instant;
  readonly changes: readonly ObjectChange[];
}

interface Instant {
  readonly position: number;
  readonly time: string;
  readonly version?: string;
}

/** What differs between two versions or instants; without any, between the last version and the one before. */
export async function diff(call: Call, kind: Kind): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const id = absoluteId(input.argument('ID'));
  const [from, to] = [input.optional('FROM'), input.optional('TO')];
  const query = {
    [kind]: id,
    from: from === undefined ? await versionBefore(call, kind, id) : whenOf(from, io.nowMs()),
    to: to === undefined ? undefined : whenOf(to, io.nowMs()),
  };
  const { text } = await api.send({ method: 'GET', path: '/ekiden/v1/diff', query });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const answer = JSON.parse(text) as DiffAnswer;
  screen.line(screen.style.dim(`from ${instantText(answer.from)}`));
  screen.line(screen.style.dim(`to   ${instantText(answer.to)}`));
  if (answer.changes.length === 0) screen.line('no difference');
  showChanges(answer.changes, screen, (line) => screen.line(line));
  return EXIT.ok;
}

const instantText = ({ position, time, version }: Instant): string =>
  `${time} (position ${position}${version === undefined ? '' : `, version ${version}`})`;

async function versionBefore({ api }: Call, kind: Kind, id: string): Promise<string> {
  const { text } = await api.send({ method: 'GET', path: pathOf(COLLECTIONS[kind], id, 'versions') });
  const before = versionsOf(text)[1];
  if (before === undefined) {
    throw new CliError(`${id} has only one version`, [
      `\`ekiden ${kind} history ${id}\` shows all that happened to it`,
    ]);
  }
  return before;
}

interface WhyAnswer {
  readonly summary: string;
  readonly sentences: readonly {
    readonly text: string;
    readonly time?: string;
    readonly position?: number;
  }[];
  readonly funnel?: readonly { readonly text: string }[];
}

/** Why an app, or one instance of it, is as it is. */
export async function why(call: Call): Promise<ExitCode> {
  const { api, input, screen } = call;
  const name = input.argument('ID');
  // Instances are told apart by their ids: `shop_web.instance-…`, a task's with `._app.1` behind.
  const instanceId = /^[^/]+\.(?:instance|marathon)-[^/]+$/.test(name)
    ? name.replace(/\._app\.\d+$/, '')
    : undefined;
  const path =
    instanceId === undefined
      ? pathOf('/ekiden/v1/apps', absoluteId(name), 'why')
      : pathOf('/ekiden/v1/instances', instanceId, 'why');
  const { text } = await api.send({ method: 'GET', path });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const { summary, sentences, funnel = [] } = JSON.parse(text) as WhyAnswer;
  screen.line(screen.style.bold(printable(summary)));
  for (const { time, text: sentence } of sentences) {
    screen.line(`  ${time === undefined ? '' : `${screen.style.dim(time)}  `}${printable(sentence)}`);
  }
  if (funnel.length > 0) screen.line('offers:');
  for (const { text: reason } of funnel) screen.line(`  ${printable(reason)}`);
  return EXIT.ok;
}
