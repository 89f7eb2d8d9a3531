import type { Address, DomainInfo } from './offer.js';

/** `spec/mesos-client.md §5.2`, §6.3. */
export interface MasterInfo {
  id: string;
  /** IPv4 in network byte order, read on a little-endian host: 127.0.0.1 is 16777343. */
  ip?: number;
  port?: number;
  pid?: string;
  hostname?: string;
  version?: string;
  address?: Address;
  domain?: DomainInfo;
  capabilities?: readonly { type: string }[];
}
