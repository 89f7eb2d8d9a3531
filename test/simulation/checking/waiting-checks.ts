import type { Deployment, State } from '#domain';
import { deploymentText } from '../../../libs/history/src/why/deployment-wait.js';
import { must } from './violation.js';

const NAMES_IT = 'every deployment ends, or names what it waits for';

/** So long a deployment may have nothing to wait for, ms: until the turn that ends it is durable and shown. */
const SHORTLY_MS = 30_000;

/** Looks at the deployments that a leader shows, now and then. */
export class WaitingChecks {
  private readonly speechlessSinceMs = new Map<string, number>();

  look(state: State, nowMs: number): void {
    for (const id of this.speechlessSinceMs.keys())
      if (!state.deployments.has(id)) this.speechlessSinceMs.delete(id);
    for (const deployment of state.deployments.values()) {
      const { id } = deployment.plan;
      if (isExplained(state, deployment)) this.speechlessSinceMs.delete(id);
      else if (!this.speechlessSinceMs.has(id)) this.speechlessSinceMs.set(id, nowMs);
      const sinceMs = this.speechlessSinceMs.get(id) ?? nowMs;
      must(
        nowMs - sinceMs < SHORTLY_MS,
        NAMES_IT,
        () => `${id} waits for nothing: ${JSON.stringify(deployment.plan)}`,
      );
    }
  }
}

function isExplained(state: State, deployment: Deployment): boolean {
  const { plan, currentStep } = deployment;
  return (plan.steps[currentStep - 1]?.actions ?? []).some(({ action, app: appId }) => {
    const instances = state.instances.of(appId);
    if (action === 'StopApplication') return instances.length > 0;
    const app = state.apps.get(appId);
    return app !== undefined && deploymentText(deployment, app, instances).includes('waits: ');
  });
}
