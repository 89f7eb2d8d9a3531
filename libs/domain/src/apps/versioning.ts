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
    return { app: { ...wanted, version, versionInfo }, change: 'configuration' };
  }
  if (sameDefinition(stored, wanted)) return { app: stored, change: 'none' };
  const { lastConfigChangeAt } = stored.versionInfo;
  return {
    app: { ...wanted, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } },
    change: 'scale',
  };
}

/** The same definition under a new version, so that every instance is replaced. */
export function stampForRestart(stored: AppDefinition, version: Timestamp): StampedApp {
  const versionInfo = { lastScalingAt: stored.versionInfo.lastScalingAt, lastConfigChangeAt: version };
  return { app: { ...stored, version, versionInfo }, change: 'restart' };
}
