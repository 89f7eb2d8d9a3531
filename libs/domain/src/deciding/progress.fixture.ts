import { expect } from 'vitest';
import { decideRolling, rolloutStanding } from '../deployments/execution/rolling.js';
import type { PlanAction } from '../deployments/plan.js';
import { isCounted, isDying, isGood } from '../instances/instance.js';
import type { Deployment, State } from '../state/state.js';
import type { Scenario } from './scenario.fixture.js';

/** Whether an action is done, found out from all instances of its app and nothing else. */
function isDone(
  state: State,
  { plan, instancesToKill }: Deployment,
  { action, app: appId }: PlanAction,
): boolean {
  const { instances } = state;
  const all = instances.of(appId);
  const app = state.apps.get(appId);
  switch (action) {
    case 'StartApplication':
      return true;
    case 'StopApplication':
      return all.every((instance) => instance.goal !== 'Running' && !isDying(instance));
    case 'ScaleApplication': {
      if (app === undefined) return true;
      const counted = all.filter(isCounted);
      const asked = counted.filter(({ deploymentId }) => deploymentId === plan.id);
      const noneToGo = !all.some(isDying) && !counted.some(({ id }) => instancesToKill.has(id));
      return noneToGo && counted.length === app.instances && asked.every(isGood);
    }
    case 'RestartApplication': {
      if (app === undefined) return true;
      const ofTarget = instances.standingOfVersion(appId, app.version);
      return decideRolling(app, rolloutStanding(instances.standingOf(appId), ofTarget)).done;
    }
  }
}

/**
 * What is known of the progress of every running step is what a look at all of its actions finds; while apps wait for
 * their look, nothing is held for done that is not.
 */
export function checkProgress({ state, runtime }: Scenario): void {
  for (const deployment of state.deployments.values()) {
    const progress = runtime.steps.of(deployment);
    if (runtime.touched.isDone && deployment.currentStep > 0) expect(progress).toBeDefined();
    if (progress === undefined) continue;
    const actions = deployment.plan.steps[deployment.currentStep - 1]?.actions ?? [];
    const undone = actions.filter((action) => !isDone(state, deployment, action)).map(({ app }) => app);
    const open = [...progress.openAppIds()];
    if (runtime.touched.isDone) {
      expect(open.toSorted()).toEqual(undone.toSorted());
      expect(open).not.toEqual([]);
    } else {
      expect(open).toEqual(expect.arrayContaining(undone));
    }
  }
}
