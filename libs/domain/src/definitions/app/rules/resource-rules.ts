import type { Violations } from '../../violations.js';
import { featureDisabled, formatDouble } from '../../wordings.js';
import type { CanonicalApp } from '../canonical-app.js';
import type { Facts } from './facts.js';

/** Phase C: GPUs and resource limits (`spec/definitions.md` §9). */
export function resourceRules(app: CanonicalApp, facts: Facts, violations: Violations): void {
  if (app.gpus > 0) {
    violations.require(
      app.container?.type !== 'DOCKER',
      '/',
      'GPU resources only work with the Mesos containerizer',
    );
    const enabled = facts.settings.enabledFeatures.has('gpu_resources');
    violations.require(enabled, '/', featureDisabled('gpu_resources'));
  }
  const limits = app.resourceLimits;
  if (limits === undefined) return;
  for (const key of ['cpus', 'mem'] as const) {
    const error = limitError(limits[key], app[key]);
    if (error !== undefined) violations.add(`/resourceLimits/${key}`, error);
  }
}

function limitError(limit: number | string | undefined, requested: number): string | undefined {
  if (typeof limit === 'string' && limit !== 'unlimited') {
    return `'${limit}' is an invalid resource limit. It must be 'unlimited' or a number`;
  }
  if (typeof limit === 'number' && limit < requested) {
    return `resource limit must be greater than or equal to requested resource (${formatDouble(requested)})`;
  }
  return undefined;
}
