import type { DiskSource, Resource } from '../protocol/resource.js';
import { reservationsOf } from './reservation.js';

/** Members which are compared below, are values, or do not count for identity. Anything else counts verbatim. */
const UNDERSTOOD = new Set([
  'name',
  'type',
  'scalar',
  'ranges',
  'set',
  'allocation_info',
  'reservations',
  'role',
  'reservation',
  'provider_id',
  'revocable',
  'shared',
  'disk',
]);

/**
 * The class within which resources can be added and subtracted (`spec/mesos-client.md §19.3`), as a string to be
 * compared and nothing else. `disk.volume` and the principal of a persistent volume do not count. Members which
 * this client does not know count, so that resources that differ in them are never mixed up.
 */
export function identityOf(resource: Resource): string {
  const role = resource.allocation_info?.role;
  const plain = `${resource.type}:${resource.name}@${role === undefined ? '' : JSON.stringify(role)}`;
  const details = detailsOf(resource);
  return details === undefined ? plain : `${plain} ${details}`;
}

/**
 * Persistent volumes, MOUNT, BLOCK and identified RAW disks, and shared resources: whole or nothing, never
 * merged (`§19.3`). A shared volume that is held twice is listed twice.
 */
export function isIndivisible(resource: Resource): boolean {
  const { disk, shared } = resource;
  return shared !== undefined || disk?.persistence !== undefined || isWholeDisk(disk?.source);
}

function isWholeDisk(source: DiskSource | undefined): boolean {
  switch (source?.type) {
    case 'MOUNT':
    case 'BLOCK':
      return true;
    case 'RAW':
      return source.id !== undefined;
    case 'PATH':
    case undefined:
      return false;
  }
}

/** Members of a resource that nobody reserved and that is nothing but an amount. */
const PLAIN = new Set(['name', 'type', 'scalar', 'ranges', 'set', 'allocation_info']);

function isPlain(resource: Resource): boolean {
  for (const member in resource) if (!PLAIN.has(member)) return false;
  return true;
}

/** Everything besides name, type and allocation; undefined for the plain resources that most are. */
function detailsOf(resource: Resource): string | undefined {
  if (isPlain(resource)) return undefined;
  const reservations = reservationsOf(resource).map(({ type, role, principal, labels }) => [
    type ?? null,
    role ?? null,
    principal ?? null,
    (labels?.labels ?? []).map(({ key, value }) => [key, value ?? null]),
  ]);
  const { disk, revocable, shared, provider_id: provider } = resource;
  const unknown = Object.entries(resource).filter(([member]) => !UNDERSTOOD.has(member));
  const plain = [reservations, unknown].every((list) => list.length === 0);
  if (
    plain &&
    disk === undefined &&
    revocable === undefined &&
    shared === undefined &&
    provider === undefined
  ) {
    return undefined;
  }
  return JSON.stringify([
    reservations,
    provider?.value ?? null,
    revocable !== undefined,
    shared !== undefined,
    disk?.persistence?.id ?? null,
    sourceOf(disk?.source),
    unknown.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([member, value]) => [member, canonical(value)]),
  ]);
}

function sourceOf(source: DiskSource | undefined): unknown {
  if (source === undefined) {
    return null;
  }
  const root = source.path?.root ?? source.mount?.root;
  const { type, id, profile, vendor, metadata } = source;
  return [type, root, id, profile, vendor, metadata].map((member) => canonical(member ?? null));
}

/** The same JSON whatever the order of the members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.entries(value)
    .map(([member, inner]) => [member, canonical(inner)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}
