import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import { isUpgrade, sameDefinition } from '../definitions/app/change-detection.js';
import type { AppChange } from '../events/domain-event.js';
import { formatTimestamp, parseTimestamp, type Timestamp } from '../time/timestamp.js';

/** The version a change of the tree gets: now, or just after the last one, so that versions grow strictly. */
export function nextRootVersion(lastVersion: Timestamp, nowMs: number): Timestamp {
  const lastMs = parseTimestamp(lastVersion) ?? 0;
  return formatTimestamp(Math.max(nowMs, lastMs + 1));
}

/** A definition with its version fields, and what it means against the stored one. */
export interface StampedApp {
  readonly app: AppDefinition;
  readonly change: AppChange | 'none';
}

/** Gives a wanted definition its version fields by comparing it with the stored one (`spec/definitions.md` §14). */
export function stamp(
  wanted: UnversionedApp,
  stored: AppDefinition | undefined,
  version: Timestamp,
): StampedApp {
  if (stored === undefined || isUpgrade(stored, wanted)) {
    const versionInfo = { lastScalingAt: version, lastConfigChangeAt: version };
    return { app: versioned(wanted, version, versionInfo), change: 'configuration' };
  }
  if (sameDefinition(stored, wanted)) return { app: stored, change: 'none' };
  const { lastConfigChangeAt } = stored.versionInfo;
  const versionInfo = { lastScalingAt: version, lastConfigChangeAt };
  return { app: versioned(wanted, version, versionInfo), change: 'scale' };
}

/**
 * A definition with its version fields, whether or not it had any. New keys come before what is spread: the V8 of
 * Node 20 gives a hidden class of its own to every object that gets a new key after a spread, which makes the copy and
 * whatever reads it later many times slower.
 */
export function versioned(
  app: UnversionedApp | AppDefinition,
  version: Timestamp,
  versionInfo: AppDefinition['versionInfo'],
): AppDefinition {
  const stamped: { -readonly [K in keyof AppDefinition]: AppDefinition[K] } = {
    version,
    versionInfo,
    ...app,
  };
  stamped.version = version;
  stamped.versionInfo = versionInfo;
  return stamped;
}

/** The same definition under a new version, so that every instance is replaced. */
export function stampForRestart(stored: AppDefinition, version: Timestamp): StampedApp {
  const versionInfo = { lastScalingAt: stored.versionInfo.lastScalingAt, lastConfigChangeAt: version };
  return { app: versioned(stored, version, versionInfo), change: 'restart' };
}
