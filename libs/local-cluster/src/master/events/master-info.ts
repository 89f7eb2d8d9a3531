import { isIPv4 } from 'node:net';
import type { MasterInfo } from '#mesos';
import type { MasterState } from '../state/master-state.js';

/** How the master presents itself in SUBSCRIBED and `/state` (C§6.3). */
export function masterInfo(state: MasterState): MasterInfo {
  const { ip, port, hostname } = state.address;
  return {
    id: state.masterId,
    ...(isIPv4(ip) ? { ip: packIpv4(ip) } : {}),
    port,
    pid: masterPid(state),
    hostname,
    version: state.options.version,
    address: { hostname, ip, port },
    ...(state.options.domain === undefined ? {} : { domain: state.options.domain }),
    capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
  };
}

export function masterPid(state: MasterState): string {
  return `master@${state.address.ip}:${state.address.port}`;
}

/** Network byte order, read on a little-endian host: 127.0.0.1 is 16777343 (C§5.2). */
function packIpv4(ip: string): number {
  return ip.split('.').reduceRight((packed, byte) => packed * 256 + Number(byte), 0);
}
