import type { Reservation, Resource } from '../../cluster/mesos-shapes.js';

/** The role that stands for "not reserved". */
export const UNRESERVED = '*';

/** Labels that mark resources as reserved for one instance (`spec/scheduling.md` §3.9). */
const INSTANCE_LABELS: ReadonlySet<string> = new Set(['marathon_framework_id', 'marathon_task_id']);

export type AcceptedRolesDefault = 'any' | 'unreserved' | 'reserved';

/** The roles whose resources a launch without reservation may use (`spec/scheduling.md` §3.2). */
export function acceptedRoles(
  acceptedResourceRoles: readonly string[] | undefined,
  serviceRole: string,
  fallback: AcceptedRolesDefault,
): readonly string[] {
  if (acceptedResourceRoles !== undefined && acceptedResourceRoles.length > 0) return acceptedResourceRoles;
  switch (fallback) {
    case 'any':
      return [serviceRole, UNRESERVED];
    case 'unreserved':
      return [UNRESERVED];
    case 'reserved':
      return [serviceRole];
  }
}

/** The role a resource is reserved for, in either format (`spec/mesos-client.md` §19.3, §19.4). */
export function roleOf({ reservations, role }: Resource): string {
  return reservations?.at(-1)?.role ?? role ?? UNRESERVED;
}

/** Whether launches without reservation may use the resource at all: it is no volume and kept for no instance. */
export function isFreelyUsable({ disk, reservation, reservations }: Resource): boolean {
  if (disk?.volume !== undefined) return false;
  if (reservation !== undefined && isForOneInstance(reservation)) return false;
  return reservations === undefined || !reservations.some(isForOneInstance);
}

function isForOneInstance({ labels }: Reservation): boolean {
  return labels?.labels?.some(({ key }) => INSTANCE_LABELS.has(key)) === true;
}
