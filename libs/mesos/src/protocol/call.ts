import type { FrameworkInfo, OfferConstraints } from './framework-info.js';
import type { Filters } from './offer.js';
import type { Operation } from './operation.js';
import type {
  AgentId,
  Base64,
  ExecutorId,
  FrameworkId,
  OfferId,
  OperationId,
  ResourceProviderId,
  TaskId,
} from './primitives.js';
import type { Resource } from './resource.js';
import type { KillPolicy } from './task.js';

/** What SUBSCRIBE and UPDATE_FRAMEWORK say about the framework. */
export interface FrameworkSubscription {
  framework_info: FrameworkInfo;
  /** Replaces the former set: an empty list wants offers for every role (`spec/mesos-client.md §6.2`). */
  suppressed_roles?: readonly string[];
  offer_constraints?: OfferConstraints;
}

/** First contact has neither id; afterwards both are present and equal (`spec/mesos-client.md §6.2`). */
export interface SubscribeCall {
  type: 'SUBSCRIBE';
  framework_id?: FrameworkId;
  subscribe: FrameworkSubscription;
}

/** Addresses one operation for RECONCILE_OPERATIONS. */
export interface OperationReference {
  operation_id: OperationId;
  agent_id?: AgentId;
  resource_provider_id?: ResourceProviderId;
}

/** Every call but SUBSCRIBE, without the envelope's framework id: the client adds it (`spec/mesos-client.md §9`). */
export type CallBody =
  | { type: 'TEARDOWN' }
  | {
      type: 'ACCEPT';
      accept: { offer_ids: readonly OfferId[]; operations?: readonly Operation[]; filters?: Filters };
    }
  | { type: 'DECLINE'; decline: { offer_ids: readonly OfferId[]; filters?: Filters } }
  | {
      type: 'ACCEPT_INVERSE_OFFERS';
      accept_inverse_offers: { inverse_offer_ids: readonly OfferId[]; filters?: Filters };
    }
  | {
      type: 'DECLINE_INVERSE_OFFERS';
      decline_inverse_offers: { inverse_offer_ids: readonly OfferId[]; filters?: Filters };
    }
  | { type: 'REVIVE'; revive?: { roles?: readonly string[] } }
  | { type: 'SUPPRESS'; suppress?: { roles?: readonly string[] } }
  | { type: 'KILL'; kill: { task_id: TaskId; agent_id?: AgentId; kill_policy?: KillPolicy } }
  | { type: 'SHUTDOWN'; shutdown: { executor_id: ExecutorId; agent_id: AgentId } }
  | { type: 'ACKNOWLEDGE'; acknowledge: { agent_id: AgentId; task_id: TaskId; uuid: Base64 } }
  | {
      type: 'ACKNOWLEDGE_OPERATION_STATUS';
      acknowledge_operation_status: {
        agent_id: AgentId;
        resource_provider_id?: ResourceProviderId;
        uuid: Base64;
        operation_id: OperationId;
      };
    }
  | { type: 'RECONCILE'; reconcile: { tasks?: readonly { task_id: TaskId; agent_id?: AgentId }[] } }
  | { type: 'RECONCILE_OPERATIONS'; reconcile_operations: { operations?: readonly OperationReference[] } }
  | { type: 'MESSAGE'; message: { agent_id: AgentId; executor_id: ExecutorId; data: Base64 } }
  | {
      type: 'REQUEST';
      request: { requests?: readonly { agent_id?: AgentId; resources?: readonly Resource[] }[] };
    }
  | { type: 'UPDATE_FRAMEWORK'; update_framework: FrameworkSubscription };

/** A request body of `POST /api/v1/scheduler`. */
export type Call = SubscribeCall | (CallBody & { framework_id: FrameworkId });

export type CallType = Call['type'];
