import { isIPv4 } from 'node:net';
import type { Unavailability } from '#mesos';

/** A machine as an operator names it; at least one member is there. */
export interface MachineId {
  readonly hostname?: string | undefined;
  readonly ip?: string | undefined;
}

/** Machines that are not available for a time (C§21.5). */
export interface MaintenanceWindow {
  readonly machine_ids: readonly MachineId[];
  readonly unavailability: Unavailability;
}

/** Whether two names are the same; the case of a host name plays no part. */
export function isSameMachine(left: MachineId, right: MachineId): boolean {
  return machineKey(left) === machineKey(right);
}

/** Equal for equal names. */
export function machineKey({ hostname, ip }: MachineId): string {
  return `${hostname?.toLowerCase() ?? ''} ${ip ?? ''}`;
}

/** As messages name it: `host (ip)`, or what there is of it. */
export function machineText({ hostname, ip }: MachineId): string {
  return hostname && ip ? `${hostname} (${ip})` : (hostname ?? ip ?? '');
}

/** Whether somebody with this name and address is on the machine; a name without the other one is enough. */
export function isOnMachine(who: { hostname: string; ip: string }, { hostname, ip }: MachineId): boolean {
  const isNamed = !hostname || hostname.toLowerCase() === who.hostname.toLowerCase();
  return isNamed && (!ip || ip === who.ip);
}

/** What is wrong with a machine's name, in the words of the reference. */
export function machineProblem(machine: unknown): string | undefined {
  const { hostname, ip } = (machine ?? {}) as { hostname?: unknown; ip?: unknown };
  for (const [name, value] of Object.entries({ hostname, ip })) {
    if (value !== undefined && value !== null && typeof value !== 'string') {
      return `Expecting '${name}' of a machine to be a string`;
    }
  }
  if (!hostname && !ip) return "Both 'hostname' and 'ip' for a machine are empty";
  return ip && !isIPv4(ip as string) ? `Failed to parse the IP '${ip as string}'` : undefined;
}
