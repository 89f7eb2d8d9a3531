import type { RangeValue } from '../protocol/primitives.js';
import type { ReservationInfo } from '../protocol/resource.js';
import { rangesOverlap } from './ranges.js';
import { validateRole } from './roles.js';
import { toThousandths } from './scalar.js';

/** A resource as it may come from outside: nothing about its shape is certain. */
interface UncheckedResource {
  name?: unknown;
  type?: unknown;
  scalar?: { value?: unknown };
  ranges?: { range?: unknown };
  set?: { item?: unknown };
  role?: unknown;
  reservation?: unknown;
  reservations?: unknown;
  disk?: { persistence?: unknown };
  shared?: unknown;
}

/**
 * Checks one resource like the master does; the messages are the master's (`spec/mesos-client.md §13`, "Resource
 * errors").
 *
 * @param candidate anything, for instance parsed JSON.
 * @returns why it is not a valid resource; undefined if it is one.
 */
export function validateResource(candidate: unknown): string | undefined {
  if (typeof candidate !== 'object' || candidate === null) {
    return 'not an object';
  }
  const resource: UncheckedResource = candidate;
  if (typeof resource.name !== 'string' || resource.name === '') {
    return 'Empty resource name';
  }
  return valueError(resource) ?? diskError(resource) ?? reservationError(resource);
}

function valueError(resource: UncheckedResource): string | undefined {
  switch (resource.type) {
    case 'SCALAR':
      return scalarError(resource);
    case 'RANGES':
      return rangesError(resource.ranges);
    case 'SET':
      return setError(resource.set);
    default:
      return 'Unsupported resource type';
  }
}

function scalarError(resource: UncheckedResource): string | undefined {
  const value = resource.scalar?.value;
  if (typeof value !== 'number' || !Number.isFinite(value) || resource.ranges || resource.set) {
    return 'Invalid scalar resource';
  }
  if (value !== 0 && toThousandths(value) <= 0) {
    return 'Invalid scalar resource: value <= 0';
  }
  if (resource.name === 'gpus' && toThousandths(value) % 1000 !== 0) {
    return "Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer";
  }
  return undefined;
}

function rangesError(ranges: UncheckedResource['ranges']): string | undefined {
  const list: unknown = ranges?.range ?? [];
  if (ranges === undefined || !Array.isArray(list) || !list.every(isRange)) {
    return 'Invalid ranges resource';
  }
  if (list.some(({ begin, end }) => begin > end)) {
    return 'Invalid ranges resource: begin > end';
  }
  return rangesOverlap(list) ? 'Invalid ranges resource: overlapping ranges' : undefined;
}

function isRange(candidate: unknown): candidate is RangeValue {
  const { begin, end } = (candidate ?? {}) as Partial<Record<'begin' | 'end', unknown>>;
  return [begin, end].every((bound) => Number.isSafeInteger(bound) && (bound as number) >= 0);
}

function setError(set: UncheckedResource['set']): string | undefined {
  const items: unknown = set?.item ?? [];
  if (set === undefined || !Array.isArray(items) || !items.every((item) => typeof item === 'string')) {
    return 'Invalid set resource';
  }
  return new Set(items).size < items.length ? 'Invalid set resource: duplicated elements' : undefined;
}

function diskError(resource: UncheckedResource): string | undefined {
  if (resource.disk !== undefined && resource.name !== 'disk') {
    return `DiskInfo should not be set for ${String(resource.name)} resource`;
  }
  if (resource.shared !== undefined && resource.disk?.persistence === undefined) {
    return 'Only persistent volumes can be shared';
  }
  return undefined;
}

/** `§19.3` "Validity of the stack", `§19.4`. */
function reservationError(resource: UncheckedResource): string | undefined {
  const stack: unknown = resource.reservations ?? [];
  if (!Array.isArray(stack)) {
    return 'Invalid resource format: reservations is not a list';
  }
  if (stack.length === 0) {
    return unrefinedError(resource);
  }
  let parent: string | undefined;
  for (const entry of stack as ReservationInfo[]) {
    const error = entryError(entry, parent);
    if (error !== undefined) {
      return parent === undefined ? `Invalid reservation: ${error}` : `Invalid refined reservation: ${error}`;
    }
    parent = entry.role;
  }
  return undefined;
}

function unrefinedError(resource: UncheckedResource): string | undefined {
  const { role, reservation } = resource;
  if (reservation !== undefined && (role === undefined || role === '*')) {
    return "Invalid reservation: role '*' cannot be dynamically reserved";
  }
  const error = role === undefined ? undefined : validateRole(String(role));
  return error === undefined ? undefined : `Invalid reservation: ${error}`;
}

function entryError(entry: ReservationInfo, parent: string | undefined): string | undefined {
  const { type, role, principal, labels } = entry ?? {};
  if (type !== 'STATIC' && type !== 'DYNAMIC') {
    return "'type' must be set";
  }
  if (typeof role !== 'string' || role === '*') {
    return "'role' must be set to a role other than '*'";
  }
  const error = validateRole(role);
  if (error !== undefined) {
    return error;
  }
  if (type === 'STATIC' && (principal !== undefined || labels !== undefined)) {
    return 'a static reservation has neither principal nor labels';
  }
  if (parent === undefined) {
    return undefined;
  }
  if (type === 'STATIC') {
    return 'only the first reservation may be static';
  }
  return role.startsWith(`${parent}/`) ? undefined : `role '${role}' is not a descendant of '${parent}'`;
}
