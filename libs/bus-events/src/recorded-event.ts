import type { RecordedEvent } from '#domain';
import type { StoredEvent } from '#event-log';

/** The log's reader has brought the data to the present schema; the type says which shape it has. */
export const recorded = (event: StoredEvent): RecordedEvent => event as unknown as RecordedEvent;
