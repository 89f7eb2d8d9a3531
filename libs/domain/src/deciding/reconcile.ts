import { advanceDeployment } from '../deployments/execution/advance-deployments.js';
import { registerHealthChecks } from '../instances/health/registration.js';
import { giveUp, giveUpAll, scheduleInstances } from '../instances/operations.js';
import { decideScale } from '../instances/victims.js';
import type { Touch } from './touched-apps.js';
import type { Cause, Turn } from './turn.js';

/**
 * Brings desired and actual state of the touched apps closer, one app after another, until nothing is left to decide or
 * the turn has no time left: deployments are advanced, apps that no deployment holds get the number of instances they
 * should have (`spec/scheduling.md` §7, §9.4). Derives everything from the state; terminates because every look either
 * touches nothing or moves an instance or a deployment irreversibly on. Tells whether nothing is left; what is left waits
 * for the next turn. Each turn looks at one app at least.
 */
export function reconcileTouched(turn: Turn): boolean {
  const { touched } = turn.runtime;
  const seen = new Map<string, Cause>();
  for (let touch = touched.take(); touch !== undefined; touch = touched.take()) {
    look(turn, touch);
    seen.set(touch.appId, touch.cause);
    if (turn.isTimeUp) break;
  }
  for (const [appId, cause] of seen) {
    turn.attributeTo(cause);
    registerHealthChecks(turn, appId);
  }
  touched.postpone();
  return touched.isDone;
}

function look(turn: Turn, { appId, cause }: Touch): void {
  const holders = turn.state.deployments.ofApp(appId);
  if (holders.length === 0) {
    turn.attributeTo(cause);
    checkScale(turn, appId);
  }
  for (const { plan } of holders) {
    turn.attributeTo({ ...cause, correlationId: plan.id });
    advanceDeployment(turn, plan.id, appId);
  }
}

/** Repairs the number of instances of an app that no deployment holds; orphans are given up. */
function checkScale(turn: Turn, appId: string): void {
  const { apps, instances } = turn.state;
  const app = apps.get(appId);
  const { wanted, counted } = instances.standingOf(appId);
  if (app === undefined) {
    if (wanted > 0) giveUpAll(turn, appId, 'Orphaned');
    return;
  }
  if (counted === app.instances) return;
  const { victims, starts } = decideScale(app, instances.of(appId));
  if (giveUp(turn, appId, { victims, reason: 'OverCapacity' }) && starts > 0) {
    scheduleInstances(turn, app, { count: starts });
  }
}
