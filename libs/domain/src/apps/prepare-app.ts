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
 * ports are assigned (`spec/definitions.md` §7.5). `claimed` are ports taken earlier in the same request.
 */
export function prepareApp(
  turn: Turn,
  submitted: UnversionedApp,
  claimed: Set<number> = new Set(),
): PreparedApp | Refusal {
  const details = unsupportedFields(submitted);
  if (details.length > 0) {
    return { kind: 'refused', code: 'Invalid', message: 'Object is not valid', details };
  }
  const { state, settings } = turn;
  const { localPortMin: min, localPortMax: max } = settings;
  const assigned = assignServicePorts({
    app: submitted,
    predecessor: state.apps.get(submitted.id),
    isUsed: (port) => claimed.has(port) || state.servicePorts.has(port),
    firstUnusedFrom: (port) => state.servicePorts.firstUnusedFrom(port),
    range: { min, max },
  });
  if (!assigned.ok) return { kind: 'refused', code: 'ServicePortsExhausted', min, max };
  for (const port of servicePortsOf(assigned.value)) claimed.add(port);
  return { submitted, app: assigned.value };
}

/** A definition with the version fields of an answer that shows it before anything else happens to it. */
export function withVersion(app: UnversionedApp, version: string): AppDefinition {
  return versioned(app, version, { lastScalingAt: version, lastConfigChangeAt: version });
}
