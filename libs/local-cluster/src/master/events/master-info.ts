import { isIPv4 } from 'node:net';
import type { MasterInfo } from '#mesos';
import type { MasterOptions } from '../options.js';
import type { MasterState } from '../state/master-state.js';

/** What a master tells about itself. */
export interface MasterFacts {
  readonly id: string;
  readonly address: { readonly ip: string; readonly port: number; readonly hostname: string };
  readonly options: Pick<MasterOptions, 'version' | 'domain'>;
}

/** How the master presents itself in SUBSCRIBED and `/state` (C§6.3). */
export function masterInfo({ masterId, address, options }: MasterState): MasterInfo {
  return masterInfoOf({ id: masterId, address, options });
}

/** The same of a master that is not, or not yet, running: what it is announced with (C§5.2). */
export function masterInfoOf({ id, address, options }: MasterFacts): MasterInfo {
  const { ip, port, hostname } = address;
  return {
    id,
    ...(isIPv4(ip) ? { ip: packIpv4(ip) } : {}),
    port,
    pid: pidOf(address),
    hostname,
    version: options.version,
    address: { hostname, ip, port },
    ...(options.domain === undefined ? {} : { domain: options.domain }),
    capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
  };
}

export function masterPid(state: MasterState): string {
  return pidOf(state.address);
}

const pidOf = ({ ip, port }: MasterFacts['address']): string => `master@${ip}:${port}`;

/** Network byte order, read on a little-endian host: 127.0.0.1 is 16777343 (C§5.2). */
function packIpv4(ip: string): number {
  return ip.split('.').reduceRight((packed, byte) => packed * 256 + Number(byte), 0);
}
