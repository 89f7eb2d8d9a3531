import type { Turn } from '../../deciding/turn.js';
import type { Deployment } from '../../state/state.js';
import { advanceAction } from './actions.js';

/**
 * Moves a deployment on as far as the present state allows: begins steps, advances their actions, ends them
 * and at last the deployment. Level-triggered, so a new leader simply goes on (`spec/scheduling.md` §7.3).
 */
export function advanceDeployment(turn: Turn, deploymentId: string): void {
  for (;;) {
    const deployment = turn.state.deployments.get(deploymentId);
    if (deployment === undefined) return;
    const { plan, currentStep } = deployment;
    if (currentStep > 0 && !isStepDone(turn, deployment)) return;
    if (currentStep > 0) endStep(turn, deployment);
    if (currentStep === plan.steps.length) {
      turn.emit({ type: 'DeploymentSucceeded', data: { plan } });
      return;
    }
    beginStep(turn, deployment);
  }
}

function beginStep(turn: Turn, { plan, currentStep }: Deployment): void {
  const step = currentStep + 1;
  turn.emit({ type: 'DeploymentStepStarted', data: { plan, step } });
  for (const { action, app } of plan.steps[step - 1]?.actions ?? []) {
    const definition = turn.state.apps.get(app);
    if (action === 'RestartApplication' && definition !== undefined) turn.runtime.resetBackoff(definition.id);
  }
}

function endStep(turn: Turn, { plan, currentStep }: Deployment): void {
  for (const { action, app } of plan.steps[currentStep - 1]?.actions ?? []) {
    if (action !== 'StopApplication') continue;
    turn.emit({ type: 'AppTerminated', data: { appId: app } });
  }
}

function isStepDone(turn: Turn, deployment: Deployment): boolean {
  const actions = deployment.plan.steps[deployment.currentStep - 1]?.actions ?? [];
  let done = true;
  for (const action of actions) done = advanceAction(turn, deployment, action) && done;
  return done;
}
