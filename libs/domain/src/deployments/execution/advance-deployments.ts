import type { Turn } from '../../deciding/turn.js';
import type { Deployment } from '../../state/state.js';
import type { PlanAction } from '../plan.js';
import { advanceAction, isNothingToDo } from './actions.js';
import type { StepProgress } from './step-progress.js';

/**
 * Moves a deployment on as far as the present state of one touched app allows: advances the action of that app, ends the
 * step if it was the last one, begins the next, and at last ends the deployment. Level-triggered, so a new leader simply
 * goes on (`spec/scheduling.md` §7.3). Steps with nothing to do are passed without an event of their own.
 */
export function advanceDeployment(turn: Turn, deploymentId: string, appId: string): void {
  for (;;) {
    const deployment = turn.state.deployments.get(deploymentId);
    if (deployment === undefined) return;
    if (deployment.currentStep > 0) {
      const progress = progressOf(turn, deployment);
      const action = progress.actionOf(appId);
      if (action !== undefined) progress.note(appId, advanceAction(turn, { deployment, progress, action }));
      if (!progress.isDone || !reportStopped(turn, progress)) return;
    }
    beginNextStep(turn, deployment);
  }
}

/** Where nothing is known of a step, all of its apps are looked at. */
function progressOf(turn: Turn, deployment: Deployment): StepProgress {
  const { state, runtime, presentCause } = turn;
  const known = runtime.steps.of(deployment);
  if (known !== undefined) return known;
  const progress = runtime.steps.begin(state, deployment);
  for (const appId of progress.appIds()) turn.touch(appId, presentCause);
  return progress;
}

/** Ends the deployment if no step is left that has anything to do. */
function beginNextStep(turn: Turn, deployment: Deployment): void {
  const { plan, currentStep: from } = deployment;
  const step = nextStepWithWork(turn, deployment);
  if (step === undefined) {
    turn.emit({ type: 'DeploymentSucceeded', data: { plan, from } });
    return;
  }
  turn.emit({ type: 'DeploymentStepStarted', data: { plan, from, step } });
  resetBackoffs(turn, actionsOf(deployment, step));
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

/**
 * Tells of the apps whose last instance has gone with this step, and whether all of them are told of. If not, the last
 * one is looked at again in the next turn, which goes on from there; a new leader begins anew.
 */
function reportStopped(turn: Turn, { unreported }: StepProgress): boolean {
  for (let next = unreported.next(); next.done !== true; next = unreported.next()) {
    const { app: appId } = next.value;
    turn.emit({ type: 'AppTerminated', data: { appId } });
    if (!turn.isTimeUp) continue;
    turn.touch(appId, turn.presentCause);
    return false;
  }
  return true;
}
