import type { SchedulerCommand } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { sameValue } from '../definitions/deep-equal.js';
import type { State } from '../state/state.js';
import type { Instance } from './instance.js';
import { factsOf } from './operations.js';

/** What the readiness check of an instance found last; printed as it is (`spec/rest-api.md` §7.12). */
export interface ReadinessResult {
  /** Name of the check. */
  readonly name: string;
  readonly taskId: string;
  readonly ready: boolean;
  /** Present if the definition asks to keep it. */
  readonly lastResponse?: ReadinessResponse;
}

export interface ReadinessResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * The instances whose readiness is to be asked for now: running ones that a step under way has started and that have
 * not said yes yet (`spec/scheduling.md` §6). Never any other.
 */
export function awaitingReadiness(state: State): Instance[] {
  const found: Instance[] = [];
  for (const { plan, currentStep } of state.deployments.values()) {
    for (const { action, app: appId } of plan.steps[currentStep - 1]?.actions ?? []) {
      const app = state.apps.get(appId);
      if (app === undefined || app.readinessChecks.length === 0) continue;
      for (const instance of state.instances.of(appId)) {
        const started =
          action === 'RestartApplication'
            ? instance.app.version === app.version
            : action === 'ScaleApplication' && instance.deploymentId === plan.id;
        if (started && mayBecomeReady(instance)) found.push(instance);
      }
    }
  }
  return found;
}

const mayBecomeReady = ({ condition, goal, app, readiness }: Instance): boolean =>
  condition === 'Running' &&
  goal === 'Running' &&
  app.readinessChecks.length > 0 &&
  readiness?.ready !== true;

/** Takes in the answer to a readiness check; one that says what is known already is no news. */
export function reportReadiness(
  turn: Turn,
  { instanceId, taskId, response }: Extract<SchedulerCommand, { type: 'ReportReadiness' }>,
): void {
  const instance = turn.state.instances.get(instanceId);
  const check = instance?.app.readinessChecks[0];
  if (instance?.task?.id !== taskId || check === undefined || !mayBecomeReady(instance)) return;
  const readiness: ReadinessResult = {
    name: check.name,
    taskId,
    ready: check.httpStatusCodesForReady.includes(response.status),
    ...(check.preserveLastResponse ? { lastResponse: response } : {}),
  };
  if (sameValue(readiness, instance.readiness)) return;
  const { appId, version } = factsOf(instance);
  turn.emit({ type: 'ReadinessChecked', data: { instanceId, appId, version, readiness } });
}

/** The results of the readiness checks of an app, as long as a deployment waits for them. */
export function readinessResults(state: State, appId: string): ReadinessResult[] {
  const present = state.apps.get(appId);
  // Most apps have no such checks, and one of them may have very many instances.
  if (present === undefined || present.readinessChecks.length === 0) return [];
  if (state.deployments.ofApp(appId).length === 0) return [];
  const { version } = present;
  return state.instances
    .of(appId)
    .flatMap(({ app, readiness }) => (app.version === version && readiness !== undefined ? [readiness] : []));
}
