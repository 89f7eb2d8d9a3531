import type { NewEvent } from '../port.js';
import type { EncodedBatch, EncodedEvent } from './log-store.js';

/**
 * Turns the JSON parts of a batch into text.
 *
 * @throws {RangeError} for an empty batch, {TypeError} for data that is no JSON value: both are bugs of the caller.
 */
export function encodeBatch(events: readonly NewEvent[]): EncodedBatch {
  if (events.length === 0) throw new RangeError('an append needs at least one event');
  const batch: EncodedEvent[] = [];
  let actorOf: NewEvent | undefined;
  let actor = '';
  for (const event of events) {
    // Most events of a batch have the same actor.
    if (actorOf === undefined || event.actor !== actorOf.actor) actor = toJson(event.actor, event);
    actorOf = event;
    batch.push(encodeEvent(event, actor));
  }
  return batch;
}

function encodeEvent(event: NewEvent, actor: string): EncodedEvent {
  return {
    id: event.id,
    stream: event.stream,
    type: event.type,
    schema: event.schema,
    time: event.time,
    actor,
    correlationId: event.correlationId,
    causationId: event.causationId,
    data: toJson(event.data, event),
  };
}

function toJson(value: unknown, event: NewEvent): string {
  // The declared result hides that functions, symbols and undefined have no JSON text.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`the data of ${event.type} ${event.id} is not a JSON value`);
  return text;
}
