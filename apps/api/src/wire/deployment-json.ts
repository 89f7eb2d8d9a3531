import { readinessResults, type Deployment, type State } from '#domain';

/** One entry of `GET /v2/deployments` (`spec/rest-api.md` §11.1). */
export function printDeployment(state: State, { plan, currentStep, affectedApps }: Deployment): object {
  const running = plan.steps[currentStep - 1]?.actions ?? [];
  return {
    id: plan.id,
    version: plan.version,
    affectedApps: [...affectedApps],
    affectedPods: [],
    steps: plan.steps,
    currentActions: running.map((action) => ({
      ...action,
      readinessCheckResults: readinessResults(state, action.app),
    })),
    currentStep,
    totalSteps: plan.steps.length,
  };
}

/** The deployments that touch an app, as its `deployments` member lists them. */
export const writeDeploymentIds = (deployments: readonly Deployment[]): string =>
  JSON.stringify(deployments.map(({ plan }) => ({ id: plan.id })));
