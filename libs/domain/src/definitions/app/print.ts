import type { AppDefinition, UnversionedApp } from './app-definition.js';
import { isResident } from './residency.js';

export interface PrintOptions {
  /** The answer to POST has no `versionInfo` (`spec/definitions.md` §4.1). */
  readonly withoutVersionInfo?: boolean;
}

/** Whatever was submitted, resident apps show these values (§4.3). */
const RESIDENCY = { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' };

/** Keys that responses leave out when they are empty (§4.1). */
const OMITTED_WHEN_EMPTY = [
  'args',
  'env',
  'constraints',
  'acceptedResourceRoles',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'dependencies',
  'secrets',
] as const satisfies readonly (keyof UnversionedApp)[];

/** Keys that responses have only when the app has them. */
const OMITTED_WHEN_UNSET = [
  'cmd',
  'user',
  'resourceLimits',
  'executorResources',
  'portDefinitions',
  'check',
  'taskKillGracePeriodSeconds',
  'tty',
] as const satisfies readonly (keyof UnversionedApp)[];

/**
 * An app as responses show it (`spec/rest-api.md` §6.1): a plain object for `JSON.stringify`, without the computed keys.
 * Parts of the app are shared with the result and must not be changed.
 */
export function printApp(app: AppDefinition, options: PrintOptions = {}): Record<string, unknown> {
  const printed: Record<string, unknown> = {
    id: app.id,
    instances: app.instances,
    cpus: app.cpus,
    mem: app.mem,
    disk: app.disk,
    gpus: app.gpus,
    executor: app.executor,
    role: app.role,
    labels: app.labels,
    networks: app.networks,
    requirePorts: app.requirePorts,
    backoffSeconds: app.backoffSeconds,
    backoffFactor: app.backoffFactor,
    maxLaunchDelaySeconds: app.maxLaunchDelaySeconds,
    upgradeStrategy: app.upgradeStrategy,
    unreachableStrategy: app.unreachableStrategy,
    killSelection: app.killSelection,
    version: app.version,
  };
  if (options.withoutVersionInfo !== true) printed['versionInfo'] = app.versionInfo;
  for (const key of OMITTED_WHEN_UNSET) {
    if (app[key] !== undefined) printed[key] = app[key];
  }
  for (const key of OMITTED_WHEN_EMPTY) {
    if (!isEmpty(app[key])) printed[key] = app[key];
  }
  if (app.container !== undefined) printed['container'] = app.container;
  if (isResident(app)) printed['residency'] = RESIDENCY;
  return printed;
}

function isEmpty(value: object | undefined): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
