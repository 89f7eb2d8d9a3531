import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../command-line/command.js';
import { CliError, EXIT, RefusedError, UnreachableError, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { durationText } from '../when.js';
import { DeploymentEvents, type Ended } from './deployment-events.js';
import { StatusLine } from './status-line.js';

/** A deployment as `GET /v2/deployments` shows it. */
export interface DeploymentView {
  readonly id: string;
  readonly version: string;
  readonly affectedApps: readonly string[];
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly currentActions: readonly { readonly action: string; readonly app: string }[];
}

/** Between two looks, when no event says that something happened. */
const LOOK_MS = 1000;
/** Between two looks, however much happens. */
const SHORTEST_LOOK_MS = 150;
/** How long the event of an end may take behind the list that no longer has the deployment. */
const LATE_EVENT_MS = 500;
/** How long a server may be away. */
const PATIENCE_MS = 60_000;
/** Apps whose instances are counted on the status line. */
const MOST_APPS = 3;

/** Shows the progress of a deployment until it ends; 1 if it failed. */
export async function followDeployment(call: Call, deploymentId: string): Promise<ExitCode> {
  const { api, screen, io } = call;
  const line = new StatusLine(screen, io.stderr.isTTY === true, io.stderr.columns ?? 80);
  const events = new DeploymentEvents(api, deploymentId);
  const startedMs = io.nowMs();
  const style = screen.noteStyle;
  try {
    await events.start();
    const ended = await watch(call, events, { deploymentId, line, startedMs });
    line.clear();
    const took = durationText(io.nowMs() - startedMs);
    if (ended.succeeded)
      screen.note(`${style.green('done:')} deployment ${deploymentId} succeeded after ${took}`);
    else
      throw new CliError(
        `deployment ${deploymentId} failed after ${took}: ${ended.reason ?? 'it was cancelled'}`,
      );
    return EXIT.ok;
  } catch (error) {
    line.clear();
    if (!io.interrupted.aborted) throw error;
    screen.note(`the deployment goes on: \`ekiden deployment watch ${deploymentId}\` follows it again`);
    return EXIT.interrupted;
  } finally {
    events.close();
  }
}

interface Watched {
  readonly deploymentId: string;
  readonly line: StatusLine;
  readonly startedMs: number;
}

async function watch(call: Call, events: DeploymentEvents, watched: Watched): Promise<Ended> {
  for (;;) {
    if (events.ended !== undefined) return events.ended;
    call.io.interrupted.throwIfAborted();
    const deployment = await look(call, watched);
    if (deployment === undefined) {
      await events.news(LATE_EVENT_MS);
      return events.ended ?? (await outcomeOf(call, watched.deploymentId));
    }
    const elapsed = durationText(call.io.nowMs() - watched.startedMs);
    watched.line.update(await progressText(call, deployment), elapsed);
    await delay(SHORTEST_LOOK_MS);
    await events.news(LOOK_MS);
  }
}

/** The deployment, if it is still under way. A server that is away, as while another one takes the lead, is waited for. */
async function look({ api, io }: Call, { deploymentId, line }: Watched): Promise<DeploymentView | undefined> {
  const patientUntilMs = io.nowMs() + PATIENCE_MS;
  for (;;) {
    try {
      const deployments = await api.get<readonly DeploymentView[]>('/v2/deployments');
      return deployments.find(({ id }) => id === deploymentId);
    } catch (error) {
      const isAway =
        error instanceof UnreachableError || (error instanceof RefusedError && error.status >= 502);
      if (!isAway || io.interrupted.aborted || io.nowMs() > patientUntilMs) throw error;
      line.update('the server does not answer: waiting for it');
      await delay(LOOK_MS);
    }
  }
}

/** `step 1 of 2: ScaleApplication /web, 3 of 5 running`. */
async function progressText({ api }: Call, deployment: DeploymentView): Promise<string> {
  const { currentStep, totalSteps, currentActions } = deployment;
  const texts = await Promise.all(
    currentActions.slice(0, MOST_APPS).map(async ({ action, app }) => {
      const counts = await countsOf(api, app);
      return `${action} ${app}${counts === undefined ? '' : `, ${counts}`}`;
    }),
  );
  const others = currentActions.length - texts.length;
  const rest = others > 0 ? `; ${others} more` : '';
  return `step ${currentStep} of ${totalSteps}: ${texts.join('; ')}${rest}`;
}

async function countsOf(api: Call['api'], appId: string): Promise<string | undefined> {
  interface Counts {
    readonly instances: number;
    readonly tasksRunning: number;
    readonly tasksHealthy: number;
    readonly healthChecks?: readonly unknown[];
  }
  try {
    const { app } = await api.get<{ app: Counts }>(pathOf('/v2/apps', appId));
    const healthy = (app.healthChecks ?? []).length > 0 ? `, ${app.tasksHealthy} healthy` : '';
    return `${app.tasksRunning} of ${app.instances} running${healthy}`;
  } catch (error) {
    // The app may be what is deleted.
    if (error instanceof RefusedError && error.status === 404) return undefined;
    throw error;
  }
}

/** How a deployment ended whose end nobody saw. One that the history does not know changed nothing, and so succeeded. */
async function outcomeOf({ api }: Call, deploymentId: string): Promise<Ended> {
  try {
    const { state, reason } = await api.get<{ state: string; reason?: string }>(
      pathOf('/ekiden/v1/deployments', deploymentId),
    );
    return { succeeded: state !== 'failed', reason };
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return { succeeded: true };
    throw error;
  }
}
