import type { Event } from '../protocol/event.js';
import { OPERATION_STATES, type OperationState } from '../protocol/operation.js';
import { TASK_STATES, type TaskState } from '../protocol/task-status.js';
import { EVENT_BODIES } from './event-shapes.js';

const TASK_STATE_NAMES: ReadonlySet<string> = new Set(TASK_STATES);
const OPERATION_STATE_NAMES: ReadonlySet<string> = new Set(OPERATION_STATES);

/** A v0 spelling that older masters let through (`spec/mesos-client.md §15`). */
const V0_REASON = /^REASON_SLAVE_/u;

/** The event, or why the record is to be dropped. */
export type DecodedEvent = { ok: true; event: Event } | { ok: false; error: string };

/**
 * Decodes one record of the stream (`spec/mesos-client.md §4.3`). Unknown members are kept. Unknown task states
 * become TASK_UNKNOWN, unknown operation states OPERATION_UNSUPPORTED, v0 spellings of reasons the v1 ones;
 * everything else stays as it came. What is not of the shape that its readers count on is dropped, never handed on.
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
  if (typeof type !== 'string' || !Object.hasOwn(EVENT_BODIES, type)) {
    return { ok: false, error: `unknown event type ${nameOf(type)}` };
  }
  const body = EVENT_BODIES[type as Event['type']];
  if (body !== undefined) {
    const content = (parsed as Record<string, unknown>)[body.member];
    if (typeof content !== 'object' || content === null) {
      return { ok: false, error: `event ${type} without '${body.member}'` };
    }
    const problem = body.shape(content);
    if (problem !== undefined) return { ok: false, error: `event ${type}: ${body.member}${problem}` };
  }
  const event = parsed as Event;
  normalise(event);
  return { ok: true, event };
}

const LONGEST_NAME = 100;

/** Of what came in place of a type, for the log: it may be of any kind and any size. */
function nameOf(type: unknown): string {
  return typeof type === 'string' ? JSON.stringify(type.slice(0, LONGEST_NAME)) : typeof type;
}

/** Brings the enums that consumers switch over into their known range, in place: the event is freshly parsed. */
function normalise(event: Event): void {
  if (event.type === 'UPDATE') {
    const { status } = event.update;
    if (!TASK_STATE_NAMES.has(status.state)) {
      status.state = 'TASK_UNKNOWN' satisfies TaskState;
    }
    if (status.reason !== undefined && V0_REASON.test(status.reason)) {
      status.reason = status.reason.replace(V0_REASON, 'REASON_AGENT_');
    }
  }
  if (event.type === 'UPDATE_OPERATION_STATUS') {
    const { status } = event.update_operation_status;
    if (!OPERATION_STATE_NAMES.has(status.state)) {
      status.state = 'OPERATION_UNSUPPORTED' satisfies OperationState;
    }
  }
}
