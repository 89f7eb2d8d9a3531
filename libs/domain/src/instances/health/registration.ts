import type { Turn } from '../../deciding/turn.js';
import type { HealthCheck } from '../../definitions/app/app-definition.js';
import type { State } from '../../state/state.js';
import type { Timestamp } from '../../time/timestamp.js';

/**
 * Tells which versions of an app have their health checked: those with checks that still have instances and whose
 * definition is stored (`spec/scheduling.md` §5.2). Called when nothing else is left to decide about the app.
 */
export function registerHealthChecks(turn: Turn, appId: string): void {
  const { state } = turn;
  const known = state.healthChecked.get(appId);
  for (const version of state.instances.versionsOf(appId)) {
    if (known?.has(version) === true) continue;
    const app = state.versions.get(appId, version);
    if (app === undefined || app.healthChecks.length === 0) continue;
    turn.emit({ type: 'HealthChecksAdded', data: { appId, version, healthChecks: app.healthChecks } });
  }
  if (known === undefined) return;
  const present = new Set(state.instances.versionsOf(appId));
  for (const [version, healthChecks] of known) {
    if (present.has(version) && state.versions.get(appId, version) !== undefined) continue;
    turn.emit({ type: 'HealthChecksRemoved', data: { appId, version, healthChecks } });
  }
}

/** A new leader takes up the checks of its predecessor: subscribers are told of them again (`spec/operations.md` E6). */
export function resumeHealthChecks(turn: Turn): void {
  for (const [appId, versions] of turn.state.healthChecked) {
    for (const [version, healthChecks] of versions) {
      turn.emit({ type: 'HealthChecksAdded', data: { appId, version, healthChecks } });
    }
  }
}

/** Folds the registration of a version's checks. */
export function addChecks(
  state: State,
  appId: string,
  version: Timestamp,
  healthChecks: readonly HealthCheck[],
): void {
  const versions = state.healthChecked.get(appId);
  if (versions === undefined) state.healthChecked.set(appId, new Map([[version, healthChecks]]));
  else versions.set(version, healthChecks);
}

/** Folds its end. */
export function removeChecks(state: State, appId: string, version: Timestamp): void {
  const versions = state.healthChecked.get(appId);
  versions?.delete(version);
  if (versions?.size === 0) state.healthChecked.delete(appId);
}
