import type { AgentId, DurationInfo, ExecutorId, FrameworkId, OfferId, TimeInfo } from './primitives.js';
import type { AllocationInfo, Attribute, Resource } from './resource.js';

export interface Address {
  hostname?: string;
  ip?: string;
  port: number;
}

/** The agent's HTTP base; `path` holds the process prefix such as `/slave(1)`. */
export interface Url {
  scheme: string;
  address: Address;
  path?: string;
}

export interface FaultDomain {
  region: { name: string };
  zone: { name: string };
}

export interface DomainInfo {
  fault_domain?: FaultDomain;
}

export interface Unavailability {
  start: TimeInfo;
  /** Absent: for ever. */
  duration?: DurationInfo;
}

/** `spec/mesos-client.md §10.1`: everything free for one role on one agent. */
export interface Offer {
  id: OfferId;
  framework_id: FrameworkId;
  agent_id: AgentId;
  hostname: string;
  url?: Url;
  domain?: DomainInfo;
  allocation_info?: AllocationInfo;
  resources?: readonly Resource[];
  attributes?: readonly Attribute[];
  executor_ids?: readonly ExecutorId[];
  unavailability?: Unavailability;
}

/** `spec/mesos-client.md §10.5`. */
export interface InverseOffer {
  id: OfferId;
  url?: Url;
  framework_id: FrameworkId;
  agent_id?: AgentId;
  unavailability: Unavailability;
  resources?: readonly Resource[];
}

/** `refuse_seconds` defaults to 5 (`§21.2`). */
export interface Filters {
  refuse_seconds?: number;
}
