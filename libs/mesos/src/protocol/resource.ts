import type {
  Labels,
  RangesValue,
  ResourceProviderId,
  ScalarValue,
  SetValue,
  TextValue,
} from './primitives.js';
import type { Volume } from './container.js';

/** One entry of the reservation stack (`spec/mesos-client.md §19.3`). Inside `Resource.reservation` (old format) `type` and `role` are unset. */
export interface ReservationInfo {
  type?: 'STATIC' | 'DYNAMIC';
  role?: string;
  principal?: string;
  labels?: Labels;
}

export interface DiskPersistence {
  id: string;
  principal?: string;
}

export interface DiskSource {
  type: 'PATH' | 'MOUNT' | 'BLOCK' | 'RAW';
  path?: { root?: string };
  mount?: { root?: string };
  id?: string;
  profile?: string;
  vendor?: string;
  metadata?: Labels;
}

export interface DiskInfo {
  persistence?: DiskPersistence;
  volume?: Volume;
  source?: DiskSource;
}

export interface AllocationInfo {
  role?: string;
}

/** What all resources have besides their value. */
export interface ResourceBase {
  provider_id?: ResourceProviderId;
  /** `cpus`, `mem` (MiB), `disk` (MiB), `gpus`, `ports`, or a name of the operator's choice. */
  name: string;
  allocation_info?: AllocationInfo;
  /** Stack, last entry on top. Empty or absent: unreserved. */
  reservations?: readonly ReservationInfo[];
  /** Pre-refinement format (`§19.4`). */
  role?: string;
  /** Pre-refinement format (`§19.4`). */
  reservation?: ReservationInfo;
  disk?: DiskInfo;
  revocable?: Record<string, never>;
  shared?: Record<string, never>;
}

export interface ScalarResource extends ResourceBase {
  type: 'SCALAR';
  scalar: ScalarValue;
}

export interface RangesResource extends ResourceBase {
  type: 'RANGES';
  ranges: RangesValue;
}

export interface SetResource extends ResourceBase {
  type: 'SET';
  set: SetValue;
}

/** `spec/mesos-client.md §19.1`: exactly one value member, named by `type`. */
export type Resource = ScalarResource | RangesResource | SetResource;

export interface AttributeBase {
  name: string;
}

/** `spec/mesos-client.md §20.1`. Names may repeat, order is kept. */
export type Attribute =
  | (AttributeBase & { type: 'SCALAR'; scalar: ScalarValue })
  | (AttributeBase & { type: 'RANGES'; ranges: RangesValue })
  | (AttributeBase & { type: 'SET'; set: SetValue })
  | (AttributeBase & { type: 'TEXT'; text: TextValue });
