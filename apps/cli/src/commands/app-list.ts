import type { Call } from '../command-line/command.js';
import { EXIT, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { ageText } from '../when.js';
import { absoluteId, atQuery } from './ids.js';
import { showTasks, type TaskView } from './tasks-view.js';

/** An app as lists and `app get` read it. */
export interface AppView {
  readonly id: string;
  readonly cmd?: string | null;
  readonly args?: readonly string[] | null;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly version: string;
  readonly container?: { readonly docker?: { readonly image?: string } } | null;
  readonly healthChecks?: readonly unknown[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly tasksRunning?: number;
  readonly tasksStaged?: number;
  readonly tasksHealthy?: number;
  readonly tasksUnhealthy?: number;
  readonly deployments?: readonly { readonly id: string }[];
  readonly tasks?: readonly TaskView[];
  readonly lastTaskFailure?: {
    readonly taskId: string;
    readonly state: string;
    readonly message: string;
    readonly host: string;
    readonly timestamp: string;
  };
}

/** What an app does at the moment, in one word. */
export function statusOf(app: AppView): string {
  if ((app.deployments ?? []).length > 0) return 'deploying';
  if (app.instances === 0) return 'suspended';
  return (app.tasksRunning ?? 0) < app.instances ? 'waiting' : 'running';
}

export async function listApps(call: Call): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const query = {
    embed: ['apps.counts', 'apps.deployments'],
    label: input.option('label'),
    id: input.option('id'),
    cmd: input.option('cmd'),
    ...atQuery(call),
  };
  const { text } = await api.send({ method: 'GET', path: '/v2/apps', query });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  showApps(call, (JSON.parse(text) as { apps: readonly AppView[] }).apps, io.nowMs());
  return EXIT.ok;
}

/** A table of apps; a hint if there are none. */
export function showApps({ screen }: Pick<Call, 'screen'>, apps: readonly AppView[], nowMs: number): void {
  if (apps.length === 0) return screen.note('there are no apps; `ekiden app create` makes one');
  const { style } = screen;
  const paint: Record<string, (text: string) => string> = {
    running: style.green,
    deploying: style.cyan,
    waiting: style.yellow,
    suspended: style.dim,
  };
  screen.table<AppView>(
    [
      { title: 'ID', value: ({ id }) => id },
      {
        title: 'RUNNING',
        align: 'right',
        value: ({ tasksRunning = 0, instances }) => `${tasksRunning}/${instances}`,
      },
      { title: 'HEALTHY', align: 'right', value: healthyText },
      { title: 'CPUS', align: 'right', value: ({ cpus }) => cpus },
      { title: 'MEM', align: 'right', value: ({ mem }) => mem },
      { title: 'STATUS', value: statusOf, style: (text) => paint[text]?.(text) ?? text },
      { title: 'CHANGED', align: 'right', value: ({ version }) => ageText(version, nowMs) },
      { title: 'RUNS', flexible: true, value: whatRuns },
    ],
    apps,
  );
}

const healthyText = ({ healthChecks = [], tasksHealthy = 0 }: AppView): string | undefined =>
  healthChecks.length === 0 ? undefined : String(tasksHealthy);

/** The image or the command of an app. */
const whatRuns = ({ container, cmd, args }: AppView): string | undefined =>
  container?.docker?.image ?? cmd ?? args?.join(' ');

export async function getApp(call: Call): Promise<ExitCode> {
  const { api, input, screen } = call;
  const id = absoluteId(input.argument('ID'));
  const version = input.option('version');
  const path = version === undefined ? pathOf('/v2/apps', id) : pathOf('/v2/apps', id, 'versions', version);
  const { text } = await api.send({ method: 'GET', path, query: atQuery(call) });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const body = JSON.parse(text) as { app?: AppView } & AppView;
  showApp(call, body.app ?? body);
  return EXIT.ok;
}

function showApp({ screen, io }: Call, app: AppView): void {
  const deployed = app.tasksRunning !== undefined;
  screen.fields([
    ['id', app.id],
    ['status', deployed ? statusOf(app) : undefined],
    ['instances', deployed ? `${app.tasksRunning} of ${app.instances} running` : app.instances],
    ['healthy', deployed ? healthyText(app) : undefined],
    ['version', app.version],
    ['cmd', app.cmd ?? app.args?.join(' ')],
    ['image', app.container?.docker?.image],
    ['resources', `${app.cpus} CPUs, ${app.mem} MiB`],
    ['labels', mapText(app.labels)],
    ['env', mapText(app.env)],
    ['deployments', app.deployments?.map(({ id }) => id).join(', ')],
  ]);
  const failure = app.lastTaskFailure;
  if (failure !== undefined) {
    const { timestamp, state, host, message } = failure;
    screen.fields([['last failure', `${timestamp} ${state} on ${host}: ${message}`]]);
  }
  if ((app.tasks ?? []).length === 0) return;
  screen.line();
  showTasks(screen, app.tasks ?? [], io.nowMs());
}

const mapText = (map: Readonly<Record<string, unknown>> = {}): string =>
  Object.entries(map)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
