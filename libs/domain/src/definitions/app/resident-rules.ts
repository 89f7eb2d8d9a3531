import { sameValue } from '../deep-equal.js';
import type { Violation } from '../result.js';
import { Violations } from '../violations.js';
import { formatDouble } from '../wordings.js';
import type { UnversionedApp } from './app-definition.js';
import { isResident, persistentVolumesOf } from './residency.js';

const RESOURCES_CHANGED =
  'Services with persistent volumes configured may not change resource requirements. ' +
  'Create a new service for other requirements.';
const HOST_PORTS_CHANGED =
  'Services with persistent volumes configured may not change host ports. ' +
  'Create a new service for other host ports.';

/**
 * Phase D: what may not change while reservations exist, or come to exist (`spec/definitions.md` §14). `path` addresses the
 * changed app: `/app(i)`.
 */
export function residentChangeViolations(
  from: UnversionedApp,
  to: UnversionedApp,
  path: string,
): Violation[] {
  const violations = new Violations();
  if (!isResident(from) && !isResident(to)) return [];
  violations.require(sameVolumes(from, to), path, 'Persistent volumes can not be changed!');
  for (const key of ['cpus', 'mem', 'disk', 'gpus', 'requirePorts'] as const) {
    violations.require(from[key] === to[key], `${path}/${key}`, RESOURCES_CHANGED);
  }
  violations.require(sameValue(hostPortsOf(from), hostPortsOf(to)), path, HOST_PORTS_CHANGED);
  const { maximumOverCapacity } = to.upgradeStrategy;
  violations.require(
    maximumOverCapacity === 0,
    `${path}/upgradeStrategy/maximumOverCapacity`,
    `got ${formatDouble(maximumOverCapacity)}, expected 0.0`,
  );
  return violations.list();
}

function sameVolumes(from: UnversionedApp, to: UnversionedApp): boolean {
  const before = new Map(persistentVolumesOf(from).map((volume) => [volume.containerPath, volume]));
  const after = persistentVolumesOf(to);
  return (
    before.size === after.length &&
    after.every((volume) => sameValue(before.get(volume.containerPath), volume))
  );
}

/** The set of demanded host ports, in ascending order. */
function hostPortsOf(app: UnversionedApp): readonly number[] {
  const mapped = app.container?.portMappings?.map(({ hostPort }) => hostPort);
  const ports = mapped ?? app.portDefinitions?.map(({ port }) => port) ?? [];
  return [...new Set(ports.filter((port) => port !== undefined))].toSorted((a, b) => a - b);
}
