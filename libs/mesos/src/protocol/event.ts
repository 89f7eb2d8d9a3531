import type { MasterInfo } from './master-info.js';
import type { InverseOffer, Offer } from './offer.js';
import type { OperationStatus } from './operation.js';
import type { AgentId, Base64, ExecutorId, FrameworkId, OfferId } from './primitives.js';
import type { TaskStatus } from './task-status.js';

/** `spec/mesos-client.md §6.3`. */
export interface Subscribed {
  framework_id: FrameworkId;
  /** Absent: 15 s. */
  heartbeat_interval_seconds?: number;
  master_info?: MasterInfo;
}

/** `spec/mesos-client.md §10.4`: informational, task updates carry the truth. */
export interface Failure {
  agent_id?: AgentId;
  executor_id?: ExecutorId;
  status?: number;
}

/** One record of the subscription stream (`spec/mesos-client.md §10`). */
export type Event =
  | { type: 'SUBSCRIBED'; subscribed: Subscribed }
  | { type: 'HEARTBEAT' }
  | { type: 'OFFERS'; offers: { offers?: readonly Offer[] } }
  | { type: 'RESCIND'; rescind: { offer_id: OfferId } }
  | { type: 'INVERSE_OFFERS'; inverse_offers: { inverse_offers?: readonly InverseOffer[] } }
  | { type: 'RESCIND_INVERSE_OFFER'; rescind_inverse_offer: { inverse_offer_id: OfferId } }
  | { type: 'UPDATE'; update: { status: TaskStatus } }
  | { type: 'UPDATE_OPERATION_STATUS'; update_operation_status: { status: OperationStatus } }
  | { type: 'MESSAGE'; message: { agent_id: AgentId; executor_id: ExecutorId; data: Base64 } }
  | { type: 'FAILURE'; failure: Failure }
  | { type: 'ERROR'; error: { message: string } };

export type EventType = Event['type'];
