import type { ReservationInfo, Resource } from '../protocol/resource.js';

/**
 * The reservation stack of a resource in either wire format (`spec/mesos-client.md §19.1`, §19.4). Empty: unreserved.
 */
export function reservationsOf(resource: Resource): readonly ReservationInfo[] {
  if (resource.reservations !== undefined && resource.reservations.length > 0) {
    return resource.reservations;
  }
  if (resource.role === undefined || resource.role === '*') {
    return [];
  }
  const { role, reservation } = resource;
  return reservation === undefined ? [{ type: 'STATIC', role }] : [{ ...reservation, type: 'DYNAMIC', role }];
}

/** The role on top of the stack, `*` when unreserved. */
export function reservedRole(resource: Resource): string {
  return reservationsOf(resource).at(-1)?.role ?? '*';
}

/** Unreserved, or reserved to the role or to an ancestor of it (`§19.3`). */
export function isAllocatableTo(resource: Resource, role: string): boolean {
  const reserved = reservedRole(resource);
  return reserved === '*' || reserved === role || role.startsWith(`${reserved}/`);
}

/** The format with a reservation stack (`§19.1`), into which everything that comes from Mesos is brought. */
export function toRefinedFormat(resource: Resource): Resource {
  const { role: _role, reservation: _reservation, reservations: _reservations, ...rest } = resource;
  const stack = reservationsOf(resource);
  return stack.length === 0 ? rest : { ...rest, reservations: stack };
}

/**
 * The format for masters and frameworks without RESERVATION_REFINEMENT (`§19.4`). A refined reservation cannot be
 * written in it: undefined.
 */
export function toUnrefinedFormat(resource: Resource): Resource | undefined {
  const { role: _role, reservation: _reservation, reservations: _reservations, ...rest } = resource;
  const stack = reservationsOf(resource);
  const [only] = stack;
  if (stack.length > 1) {
    return undefined;
  }
  if (only === undefined) {
    return rest;
  }
  const { type, role, ...reservation } = only;
  return type === 'DYNAMIC' ? { ...rest, role, reservation } : { ...rest, role };
}
