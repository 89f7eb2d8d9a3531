import type { Event } from '../protocol/event.js';
import { OPERATION_STATES, type OperationState } from '../protocol/operation.js';
import { TASK_STATES, type TaskState } from '../protocol/task-status.js';

/** The member each type of event must have; HEARTBEAT has none. */
const BODY_OF: Record<Event['type'], string | undefined> = {
  SUBSCRIBED: 'subscribed',
  HEARTBEAT: undefined,
  OFFERS: 'offers',
  RESCIND: 'rescind',
  INVERSE_OFFERS: 'inverse_offers',
  RESCIND_INVERSE_OFFER: 'rescind_inverse_offer',
  UPDATE: 'update',
  UPDATE_OPERATION_STATUS: 'update_operation_status',
  MESSAGE: 'message',
  FAILURE: 'failure',
  ERROR: 'error',
};

const TASK_STATE_NAMES: ReadonlySet<string> = new Set(TASK_STATES);
const OPERATION_STATE_NAMES: ReadonlySet<string> = new Set(OPERATION_STATES);

/** A v0 spelling that older masters let through (`spec/mesos-client.md §15`). */
const V0_REASON = /^REASON_SLAVE_/u;

/** The event, or why the record is to be dropped. */
export type DecodedEvent = { ok: true; event: Event } | { ok: false; error: string };

/**
 * Decodes one record of the stream (`spec/mesos-client.md §4.3`). Unknown members are kept. Unknown task states
 * become TASK_UNKNOWN, unknown operation states OPERATION_UNSUPPORTED, v0 spellings of reasons the v1 ones;
 * everything else stays as it came.
 */
export function decodeEvent(record: Buffer): DecodedEvent {
  if (record.length === 0) {
    return { ok: false, error: 'empty record' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(record.toString('utf8'));
  } catch (error) {
    return { ok: false, error: `not JSON: ${(error as Error).message}` };
  }
  const { type } = (parsed ?? {}) as { type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(BODY_OF, type)) {
    return { ok: false, error: `unknown event type ${JSON.stringify(type)}` };
  }
  const body = BODY_OF[type as Event['type']];
  if (body !== undefined && !isObject((parsed as Record<string, unknown>)[body])) {
    return { ok: false, error: `event ${type} without '${body}'` };
  }
  const event = parsed as Event;
  const error = normalise(event);
  return error === undefined ? { ok: true, event } : { ok: false, error };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Brings the enums that consumers switch over into their known range, in place: the event is freshly parsed. */
function normalise(event: Event): string | undefined {
  if (event.type === 'SUBSCRIBED' && event.subscribed.framework_id?.value === undefined) {
    return 'SUBSCRIBED without a framework id';
  }
  if (event.type === 'ERROR' && typeof event.error.message !== 'string') {
    return 'ERROR without a message';
  }
  if (event.type === 'UPDATE') {
    const { status } = event.update;
    if (status?.task_id?.value === undefined) {
      return 'UPDATE without a task id';
    }
    if (!TASK_STATE_NAMES.has(status.state)) {
      status.state = 'TASK_UNKNOWN' satisfies TaskState;
    }
    if (status.reason !== undefined && V0_REASON.test(status.reason)) {
      status.reason = status.reason.replace(V0_REASON, 'REASON_AGENT_');
    }
  }
  if (event.type === 'UPDATE_OPERATION_STATUS') {
    const { status } = event.update_operation_status;
    if (status === undefined) {
      return 'UPDATE_OPERATION_STATUS without a status';
    }
    if (!OPERATION_STATE_NAMES.has(status.state)) {
      status.state = 'OPERATION_UNSUPPORTED' satisfies OperationState;
    }
  }
  return undefined;
}
