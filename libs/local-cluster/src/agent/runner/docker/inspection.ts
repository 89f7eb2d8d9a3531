import type { IpAddress } from '#mesos';
import type { Inspection } from '../runner.js';

/** The part of an inspection that is read; every member may be missing. */
interface InspectedContainer {
  readonly State?: { readonly Running?: boolean; readonly StartedAt?: string };
  readonly NetworkSettings?: InspectedNetwork & {
    readonly Networks?: Readonly<Record<string, InspectedNetwork | null>> | null;
  };
}

interface InspectedNetwork {
  readonly IPAddress?: string;
  readonly GlobalIPv6Address?: string;
}

/** Whether the container of an inspection runs or ran: its start time is that of year 1 before. */
export function isStarted(text: string): boolean {
  const state = containerOf(text)?.State;
  return state?.Running === true || (state?.StartedAt !== undefined && !state.StartedAt.startsWith('0001-'));
}

/** Addresses of a container as `docker inspect` prints them (spec/local-cluster.md §17.2). */
export function readInspection(text: string): Inspection {
  const settings = containerOf(text)?.NetworkSettings;
  const networks = Object.values(settings?.Networks ?? {}).filter((network) => network !== null);
  const sources = networks.length > 0 ? networks : settings === undefined ? [] : [settings];
  const addresses = sources.flatMap(({ IPAddress, GlobalIPv6Address }): IpAddress[] => [
    ...(isText(IPAddress) ? [{ protocol: 'IPv4' as const, ip_address: IPAddress }] : []),
    ...(isText(GlobalIPv6Address) ? [{ protocol: 'IPv6' as const, ip_address: GlobalIPv6Address }] : []),
  ]);
  return { text, addresses };
}

function containerOf(text: string): InspectedContainer | undefined {
  try {
    return (JSON.parse(text) as readonly InspectedContainer[])[0];
  } catch {
    // Cut off in the middle: the next look tells more.
    return undefined;
  }
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
