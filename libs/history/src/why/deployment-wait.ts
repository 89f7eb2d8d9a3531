import { isActive, isGood, isHealthy, type AppDefinition, type Deployment, type Instance } from '#domain';
import { are, count, list } from './words.js';

/** What a deployment does for an app just now, and what it waits for. */
export function deploymentText(
  { plan, currentStep }: Deployment,
  app: AppDefinition,
  instances: readonly Instance[],
): string {
  const place = `is in step ${currentStep} of ${plan.steps.length}`;
  const actions = plan.steps[currentStep - 1]?.actions ?? [];
  const own = actions.find(({ app: id }) => id === app.id);
  if (currentStep === 0) return 'is about to begin.';
  if (own === undefined) {
    const others = list([...new Set(actions.map(({ app: id }) => id))].slice(0, 5));
    return `${place}, which is about ${others}; this app's turn ${isLater(plan, currentStep, app) ? 'comes later' : 'is over'}.`;
  }
  const open = openPoints(app, instances);
  const waits = open.length === 0 ? 'is about to end that step' : `waits: ${list(open)}`;
  return `${place} (${own.action}) and ${waits}.`;
}

const isLater = (plan: Deployment['plan'], currentStep: number, app: AppDefinition): boolean =>
  plan.steps.slice(currentStep).some(({ actions }) => actions.some(({ app: id }) => id === app.id));

function openPoints(app: AppDefinition, instances: readonly Instance[]): string[] {
  const staying = instances.filter(({ goal }) => goal === 'Running');
  const fresh = staying.filter(({ app: { version } }) => version === app.version);
  const old = staying.length - fresh.length;
  const leaving = instances.filter(({ goal, condition }) => goal !== 'Running' && isActive(condition)).length;
  const absent = app.instances - fresh.filter(({ condition }) => condition === 'Running').length;
  const running = fresh.filter(({ condition }) => condition === 'Running');
  const unhealthy = running.filter((instance) => !isHealthy(instance)).length;
  const unready = running.filter((instance) => isHealthy(instance) && !isGood(instance)).length;
  return [
    ...(absent > 0
      ? [`${absent} of ${count(app.instances, 'instance')} ${are(absent)} not running yet`]
      : []),
    ...(unhealthy > 0 ? [`${unhealthy} ${are(unhealthy)} not healthy yet`] : []),
    ...(unready > 0 ? [`${unready} ${are(unready)} not ready yet`] : []),
    ...(old > 0 ? [`${old} of an older version ${are(old)} to be replaced`] : []),
    ...(leaving > 0 ? [`${leaving} ${are(leaving)} still being stopped`] : []),
  ];
}
