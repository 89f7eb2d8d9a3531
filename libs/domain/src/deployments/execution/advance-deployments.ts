import type { Turn } from '../../deciding/turn.js';
import type { Deployment } from '../../state/state.js';
import type { PlanAction } from '../plan.js';
import { advanceAction, isNothingToDo } from './actions.js';

/**
 * Moves a deployment on as far as the present state allows: begins steps, advances their actions, ends them
 * and at last the deployment. Level-triggered, so a new leader simply goes on (`spec/scheduling.md` §7.3).
 * Steps with nothing to do are passed without an event of their own.
 */
export function advanceDeployment(turn: Turn, deploymentId: string): void {
  for (;;) {
    const deployment = turn.state.deployments.get(deploymentId);
    if (deployment === undefined) return;
    const { plan, currentStep } = deployment;
    if (currentStep > 0) {
      if (!isStepDone(turn, deployment)) return;
      reportStopped(turn, actionsOf(deployment, currentStep));
    }
    const step = nextStepWithWork(turn, deployment);
    if (step === undefined) {
      turn.emit({ type: 'DeploymentSucceeded', data: { plan, from: currentStep } });
      return;
    }
    turn.emit({ type: 'DeploymentStepStarted', data: { plan, from: currentStep, step } });
    resetBackoffs(turn, actionsOf(deployment, step));
  }
}

const actionsOf = ({ plan }: Deployment, step: number): readonly PlanAction[] =>
  plan.steps[step - 1]?.actions ?? [];

/** The next step that has anything to do; `undefined` when only idle ones, or none, are left. */
function nextStepWithWork(turn: Turn, deployment: Deployment): number | undefined {
  for (let step = deployment.currentStep + 1; step <= deployment.plan.steps.length; step++) {
    if (!actionsOf(deployment, step).every((action) => isNothingToDo(turn, action))) return step;
  }
  return undefined;
}

/** A rolling replacement begins without the delays that former failures left (`spec/scheduling.md` §2.3). */
function resetBackoffs(turn: Turn, actions: readonly PlanAction[]): void {
  for (const { action, app } of actions) {
    if (action === 'RestartApplication') turn.runtime.resetBackoff(app);
  }
}

function isStepDone(turn: Turn, deployment: Deployment): boolean {
  let done = true;
  for (const action of actionsOf(deployment, deployment.currentStep)) {
    done = advanceAction(turn, deployment, action) && done;
  }
  return done;
}

/** The apps whose last instance has gone with this step. */
function reportStopped(turn: Turn, actions: readonly PlanAction[]): void {
  for (const { action, app } of actions) {
    if (action !== 'StopApplication') continue;
    turn.emit({ type: 'AppTerminated', data: { appId: app } });
  }
}
