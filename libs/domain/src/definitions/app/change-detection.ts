import { sameValue } from '../deep-equal.js';
import type { AppDefinition, UnversionedApp } from './app-definition.js';

/** Fields whose change replaces no instance (`spec/definitions.md` §14). */
const OUTSIDE_CONFIGURATION: ReadonlySet<string> = new Set<keyof AppDefinition>([
  'instances',
  'executorResources',
  'version',
  'versionInfo',
]);

/** Whether the configuration differs: all instances are replaced (§14, `spec/rest-api.md` §4.4). */
export function isUpgrade(from: UnversionedApp, to: UnversionedApp): boolean {
  if (from === to) return false;
  const before: Readonly<Record<string, unknown>> = { ...from };
  const after: Readonly<Record<string, unknown>> = { ...to };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!OUTSIDE_CONFIGURATION.has(key) && !sameValue(before[key], after[key], key)) return true;
  }
  return false;
}

/** Whether something is stored anew although no instance is replaced: `instances` or `executorResources`. */
export function isOnlyScaled(from: UnversionedApp, to: UnversionedApp): boolean {
  return !isUpgrade(from, to) && !sameOutsideConfiguration(from, to);
}

/** Whether the definitions differ in nothing but their version: nothing is stored. */
export function sameDefinition(from: UnversionedApp, to: UnversionedApp): boolean {
  return sameOutsideConfiguration(from, to) && !isUpgrade(from, to);
}

function sameOutsideConfiguration(from: UnversionedApp, to: UnversionedApp): boolean {
  return from.instances === to.instances && sameValue(from.executorResources, to.executorResources);
}
