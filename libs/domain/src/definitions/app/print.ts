import type { AppDefinition, UnversionedApp } from './app-definition.js';
import { isResident } from './residency.js';

export interface PrintOptions {
  /** The answer to POST has no `versionInfo` (`spec/definitions.md` §4.1). */
  readonly withoutVersionInfo?: boolean;
}

/** Whatever was submitted, resident apps show these values (§4.3). */
const RESIDENCY = { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' };

/** Keys that every response has. */
const ALWAYS_SHOWN = [
  'id',
  'instances',
  'cpus',
  'mem',
  'disk',
  'gpus',
  'executor',
  'role',
  'labels',
  'networks',
  'requirePorts',
  'backoffSeconds',
  'backoffFactor',
  'maxLaunchDelaySeconds',
  'upgradeStrategy',
  'unreachableStrategy',
  'killSelection',
  'version',
] as const satisfies readonly (keyof AppDefinition)[];

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

/** Takes the members of a printed object one after the other. */
export type MemberVisitor = (name: string, value: unknown) => void;

/**
 * An app as responses show it (`spec/rest-api.md` §6.1), member by member and without the computed ones: whoever writes
 * text needs no object in between. Parts of the app are shared with the visitor and must not be changed.
 */
export function printApp(app: AppDefinition, visit: MemberVisitor, options: PrintOptions = {}): void {
  for (const key of ALWAYS_SHOWN) visit(key, app[key]);
  if (options.withoutVersionInfo !== true) visit('versionInfo', app.versionInfo);
  for (const key of OMITTED_WHEN_UNSET) {
    if (app[key] !== undefined) visit(key, app[key]);
  }
  for (const key of OMITTED_WHEN_EMPTY) {
    if (!isEmpty(app[key])) visit(key, app[key]);
  }
  if (app.container !== undefined) visit('container', app.container);
  if (isResident(app)) visit('residency', RESIDENCY);
}

function isEmpty(value: object | undefined): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
