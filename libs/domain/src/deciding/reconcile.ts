import { advanceDeployment } from '../deployments/execution/advance-deployments.js';
import { registerHealthChecks } from '../instances/health/registration.js';
import { changeGoal, scheduleInstances } from '../instances/operations.js';
import { decideScale } from '../instances/victims.js';
import type { Cause, Turn } from './turn.js';

/**
 * Brings desired and actual state of every touched app closer, until nothing is left to decide: deployments
 * are advanced, apps that no deployment holds get the number of instances they should have
 * (`spec/scheduling.md` §7, §9.4). Derives everything from the state; terminates because every round either
 * touches nothing or moves an instance or a deployment irreversibly on.
 */
export function reconcileTouched(turn: Turn): void {
  const all = new Map<string, Cause>();
  while (turn.touchedApps.size > 0) {
    const touched = [...turn.touchedApps];
    turn.touchedApps.clear();
    const deployments = new Map<string, Cause>();
    for (const [appId, cause] of touched) {
      all.set(appId, cause);
      const holders = turn.state.deploymentsOf(appId);
      if (holders.length === 0) checkScale(turn, appId, cause);
      for (const { plan } of holders) deployments.set(plan.id, { ...cause, correlationId: plan.id });
    }
    for (const [deploymentId, cause] of deployments) {
      turn.attributeTo(cause);
      advanceDeployment(turn, deploymentId);
    }
  }
  for (const [appId, cause] of all) {
    turn.attributeTo(cause);
    registerHealthChecks(turn, appId);
  }
}

/** Repairs the number of instances of an app that no deployment holds; orphans are given up. */
function checkScale(turn: Turn, appId: string, cause: Cause): void {
  const { state } = turn;
  const app = state.apps.get(appId);
  turn.attributeTo(cause);
  if (app === undefined) {
    if (state.instances.standingOf(appId).wanted === 0) return;
    for (const instance of state.instances.of(appId)) {
      changeGoal(turn, instance.id, 'Decommissioned', 'Orphaned');
    }
    return;
  }
  if (state.instances.standingOf(appId).counted === app.instances) return;
  const { victims, starts } = decideScale(app, state.instances.of(appId));
  for (const victim of victims) changeGoal(turn, victim.id, 'Decommissioned', 'OverCapacity');
  if (starts > 0) scheduleInstances(turn, app, { count: starts });
}
