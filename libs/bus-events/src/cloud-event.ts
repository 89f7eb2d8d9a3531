import type { StoredEvent } from '#event-log';

/** The CloudEvents source of everything that the API tells of the log. */
export const EVENT_SOURCE = '/ekiden';

const TYPE_PREFIX = 'io.ekiden.';

/** The CloudEvents type of a domain event: `io.ekiden.AppCreated`. */
export const cloudEventType = (type: string): string => TYPE_PREFIX + type;

/**
 * An event of the log as a CloudEvent, the one form in which `/ekiden/v1` shows events: the attributes are those of
 * records on Kafka without their prefix (docs/domain-events.md). The chain of the audit rests on its text: neither the keys
 * nor their order may ever change.
 */
export function cloudEventOf(stored: StoredEvent): Readonly<Record<string, unknown>> {
  return {
    specversion: '1.0',
    id: stored.id,
    source: EVENT_SOURCE,
    type: cloudEventType(stored.type),
    subject: stored.stream,
    time: new Date(stored.time).toISOString(),
    datacontenttype: 'application/json',
    position: stored.position,
    epoch: stored.epoch,
    schemaversion: stored.schema,
    actor: stored.actor,
    correlationid: stored.correlationId,
    ...(stored.causationId === null ? {} : { causationid: stored.causationId }),
    data: stored.data,
  };
}
