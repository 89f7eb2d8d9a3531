import type { FrameworkId, Labels, ScalarValue } from './primitives.js';

/** `spec/mesos-client.md §8`, table of capabilities. */
export type FrameworkCapability =
  | 'REVOCABLE_RESOURCES'
  | 'TASK_KILLING_STATE'
  | 'GPU_RESOURCES'
  | 'SHARED_RESOURCES'
  | 'PARTITION_AWARE'
  | 'MULTI_ROLE'
  | 'RESERVATION_REFINEMENT'
  | 'REGION_AWARE';

/** Minimum size of an offer for a role; an offer is shown if it contains any of the listed quantity sets. */
export interface OfferFilter {
  min_allocatable_resources?: { quantities?: readonly { quantities?: Record<string, ScalarValue> }[] };
}

/** `spec/mesos-client.md §8`. `user`, `checkpoint` and `principal` cannot change after registration. */
export interface FrameworkInfo {
  user: string;
  name: string;
  id?: FrameworkId;
  /** Seconds the master waits for a lost framework before it kills all its tasks (`§6.6`). */
  failover_timeout?: number;
  checkpoint?: boolean;
  /** Deprecated: only without MULTI_ROLE. */
  role?: string;
  roles?: string[];
  hostname?: string;
  webui_url?: string;
  principal?: string;
  capabilities?: readonly { type: FrameworkCapability }[];
  labels?: Labels;
  offer_filters?: Record<string, OfferFilter>;
}

export type AttributeSelector =
  { attribute_name: string } | { pseudoattribute_type: 'HOSTNAME' | 'REGION' | 'ZONE' };

export type AttributePredicate =
  | { exists: Record<string, never> }
  | { not_exists: Record<string, never> }
  | { text_equals: { value: string } }
  | { text_not_equals: { value: string } }
  | { text_matches: { regex: string } }
  | { text_not_matches: { regex: string } };

export interface OfferConstraintGroup {
  attribute_constraints: readonly { selector: AttributeSelector; predicate: AttributePredicate }[];
}

/** Per role; Mesos 1.11 and later (`spec/mesos-client.md §20.4`). */
export interface OfferConstraints {
  role_constraints?: Record<string, { groups: readonly OfferConstraintGroup[] }>;
}
