import type { IpAddress } from '#mesos';
import { containerOf, isStarted, networksOf } from '../../../supervisor/engine/inspected-container.js';
import type { Inspection } from '../runner.js';

/** What `docker inspect` prints about a container that runs or ran; nothing before its start (§17.2). */
export function readInspection(text: string): Inspection | undefined {
  const container = containerOf(text);
  if (container === undefined || !isStarted(container)) return undefined;
  const addresses = networksOf(container).flatMap(({ IPAddress, GlobalIPv6Address }): IpAddress[] => [
    ...(isText(IPAddress) ? [{ protocol: 'IPv4' as const, ip_address: IPAddress }] : []),
    ...(isText(GlobalIPv6Address) ? [{ protocol: 'IPv6' as const, ip_address: GlobalIPv6Address }] : []),
  ]);
  return { text, addresses };
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
