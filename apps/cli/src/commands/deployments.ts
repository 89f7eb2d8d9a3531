import type { Call } from '../command-line/command.js';
import { CliError, EXIT, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { followDeployment, type DeploymentView } from '../progress/follow-deployment.js';
import { printable } from '../output/styles.js';
import { durationText } from '../when.js';
import { actorText, type ActorView } from './events-view.js';
import { absoluteId, atQuery } from './ids.js';
import { deploy, forceQuery } from './submit.js';

/** A deployment of the history, running or finished. */
interface PastDeployment {
  readonly id: string;
  readonly version: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly reason?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly initiator: ActorView;
  readonly affectedApps: readonly string[];
  readonly steps: readonly {
    readonly actions: readonly { readonly action: string; readonly app: string }[];
    readonly startedAt?: string;
    readonly durationMs?: number;
  }[];
  readonly failures?: number | readonly unknown[];
}

export async function listDeployments(call: Call): Promise<ExitCode> {
  const { input } = call;
  return input.flag('all') || input.option('app') !== undefined ? listPast(call) : listRunning(call);
}

async function listRunning(call: Call): Promise<ExitCode> {
  const { api, screen } = call;
  const { text } = await api.send({ method: 'GET', path: '/v2/deployments', query: atQuery(call) });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const deployments = JSON.parse(text) as readonly DeploymentView[];
  if (deployments.length === 0)
    screen.note('no deployment is under way; `--all` lists those that have ended, too');
  else {
    screen.table<DeploymentView>(
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'STEP', value: ({ currentStep, totalSteps }) => `${currentStep}/${totalSteps}` },
        {
          title: 'DOES',
          flexible: true,
          value: ({ currentActions }) =>
            currentActions.map(({ action, app }) => `${action} ${app}`).join(', '),
        },
        { title: 'APPS', flexible: true, value: ({ affectedApps }) => affectedApps.join(' ') },
      ],
      deployments,
    );
  }
  return EXIT.ok;
}

async function listPast(call: Call): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const app = input.option('app');
  const query = {
    state: input.flag('all') ? 'all' : 'running',
    app: app === undefined ? undefined : absoluteId(app),
    limit: input.number('limit'),
  };
  const { text } = await api.send({ method: 'GET', path: '/ekiden/v1/deployments', query });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const { deployments } = JSON.parse(text) as { deployments: readonly PastDeployment[] };
  if (deployments.length === 0) screen.note('there were no deployments');
  else showPast(call, deployments, io.nowMs());
  return EXIT.ok;
}

function showPast({ screen }: Call, deployments: readonly PastDeployment[], nowMs: number): void {
  const { style } = screen;
  const paint = { running: style.cyan, succeeded: style.green, failed: style.red };
  screen.table<PastDeployment>(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STARTED', value: ({ startedAt }) => startedAt },
      { title: 'TOOK', align: 'right', value: (deployment) => tookText(deployment, nowMs) },
      { title: 'STATE', value: ({ state }) => state, style: (text, { state }) => paint[state](text) },
      { title: 'WHO', value: ({ initiator }) => actorText(initiator) },
      { title: 'APPS', flexible: true, value: ({ affectedApps }) => affectedApps.join(' ') },
    ],
    deployments,
  );
}

const tookText = ({ durationMs, startedAt }: PastDeployment, nowMs: number): string =>
  durationText(durationMs ?? nowMs - Date.parse(startedAt));

export async function getDeployment(call: Call): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const path = pathOf('/ekiden/v1/deployments', input.argument('ID'));
  const { text } = await api.send({ method: 'GET', path });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const deployment = JSON.parse(text) as PastDeployment;
  const { failures = 0 } = deployment;
  screen.fields([
    ['id', deployment.id],
    ['state', deployment.state],
    ['reason', deployment.reason],
    ['started', deployment.startedAt],
    ['ended', deployment.endedAt],
    ['took', tookText(deployment, io.nowMs())],
    ['by', actorText(deployment.initiator)],
    ['why', deployment.initiator.reason],
    ['apps', deployment.affectedApps.join(' ')],
    ['failed tasks', typeof failures === 'number' ? failures : failures.length],
  ]);
  screen.line();
  screen.table(
    [
      { title: 'STEP', align: 'right', value: ({ index }) => index + 1 },
      { title: 'STARTED', value: ({ step }) => step.startedAt },
      {
        title: 'TOOK',
        align: 'right',
        value: ({ step }) => (step.durationMs === undefined ? undefined : durationText(step.durationMs)),
      },
      {
        title: 'DOES',
        flexible: true,
        value: ({ step }) => step.actions.map(({ action, app }) => `${action} ${app}`).join(', '),
      },
    ],
    deployment.steps.map((step, index) => ({ step, index })),
  );
  return EXIT.ok;
}

/** Follows deployments to their ends: those named, or all that are under way. */
export async function watchDeployments(call: Call): Promise<ExitCode> {
  const { api, input, screen } = call;
  const named = input.rest('ID');
  const ids =
    named.length > 0
      ? named
      : (await api.get<readonly DeploymentView[]>('/v2/deployments')).map(({ id }) => id);
  if (ids.length === 0) screen.note('no deployment is under way');
  let failure: CliError | undefined;
  for (const id of ids) {
    try {
      const code = await followDeployment(call, id);
      if (code !== EXIT.ok) return code;
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== EXIT.failed) throw error;
      if (failure !== undefined) screen.note(printable(failure.message));
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return EXIT.ok;
}

export async function cancelDeployment(call: Call): Promise<ExitCode> {
  const { input, screen } = call;
  const id = input.argument('ID');
  const request = { method: 'DELETE', path: pathOf('/v2/deployments', id), query: forceQuery(call) } as const;
  if (!input.flag('force'))
    return deploy(call, { request, done: `rolls back what deployment ${id} changed` });
  const { text } = await call.api.send(request);
  if (screen.json) screen.body(text);
  else screen.line(`stops deployment ${id} where it is`);
  return EXIT.ok;
}
