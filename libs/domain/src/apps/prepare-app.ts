import type { Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import { assignServicePorts } from '../definitions/app/service-port-assignment.js';
import { servicePortsOf } from '../definitions/app/service-ports.js';
import { unsupportedFields } from '../definitions/app/unsupported.js';
import { versioned } from './versioning.js';

/** A definition as submitted and as it will be stored. */
export interface PreparedApp {
  /** Before service ports were assigned: what POST prints. */
  readonly submitted: UnversionedApp;
  readonly app: UnversionedApp;
}

/**
 * The last steps between a valid definition and storing it: what this version cannot run is refused, service
 * ports are assigned (`spec/definitions.md` §7.5).
 */
export function prepareApp(turn: Turn, submitted: UnversionedApp): PreparedApp | Refusal {
  const refusal = refuseUnsupported(submitted);
  if (refusal !== undefined) return refusal;
  const apps = withServicePorts(turn, [submitted]);
  return 'kind' in apps ? apps : { submitted, app: apps[0] ?? submitted };
}

/** Refuses what this version cannot run. */
export function refuseUnsupported(app: UnversionedApp): Refusal | undefined {
  const details = unsupportedFields(app);
  if (details.length === 0) return undefined;
  return { kind: 'refused', code: 'Invalid', message: 'Object is not valid', details };
}

/**
 * The apps of one request with their service ports. Numbers are handed out in the order of the apps, and only such
 * as no app has in the old tree or in the new one: what any app of the request claims explicitly is nobody else's
 * (`spec/definitions.md` §7.5).
 */
export function withServicePorts(
  { state, settings }: Turn,
  apps: readonly UnversionedApp[],
): UnversionedApp[] | Refusal {
  const { localPortMin: min, localPortMax: max } = settings;
  const claimed = new Set(apps.flatMap(servicePortsOf));
  const isUsed = (port: number): boolean => claimed.has(port) || state.servicePorts.has(port);
  const assigned: UnversionedApp[] = [];
  // Nothing becomes free within a request, so that no app need search where those before it found nothing.
  let lowest = min;
  for (const app of apps) {
    const result = assignServicePorts({
      app,
      predecessor: state.apps.get(app.id),
      isUsed,
      firstUnusedFrom: (port) => state.servicePorts.firstUnusedFrom(Math.max(port, lowest)),
      range: { min, max },
    });
    if (!result.ok) return { kind: 'refused', code: 'ServicePortsExhausted', min, max };
    for (const port of servicePortsOf(result.value)) claimed.add(port);
    while (isUsed(lowest)) lowest += 1;
    assigned.push(result.value);
  }
  return assigned;
}

/** A definition with the version fields of an answer that shows it before anything else happens to it. */
export function withVersion(app: UnversionedApp, version: string): AppDefinition {
  return versioned(app, version, { lastScalingAt: version, lastConfigChangeAt: version });
}
