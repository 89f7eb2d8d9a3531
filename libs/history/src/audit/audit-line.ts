import { createHash } from 'node:crypto';
import type { StoredEvent } from '#event-log';

/** The chain before the first event of a log. */
export const CHAIN_BEGIN = '0'.repeat(64);

/** The name of the log, as its events give it to the outside (`source` of a CloudEvent). */
export const LOG_NAME = '/ekiden';

/** Version of the form of an exported audit. */
export const AUDIT_FORMAT = 1;

/**
 * An event as a CloudEvent in the JSON format, with the attribute names of docs/event-log-on-kafka.md. The chain of the
 * audit rests on this text: neither the keys nor their order may ever change.
 */
export function auditedForm(event: StoredEvent): object {
  return {
    specversion: '1.0',
    id: event.id,
    source: LOG_NAME,
    type: `io.ekiden.${event.type}`,
    subject: event.stream,
    time: new Date(event.time).toISOString(),
    datacontenttype: 'application/json',
    position: event.position,
    epoch: event.epoch,
    schemaversion: event.schema,
    actor: event.actor,
    correlationid: event.correlationId,
    ...(event.causationId === null ? {} : { causationid: event.causationId }),
    data: event.data,
  };
}

/** The text that is hashed for an event: its line of the export without the hash. */
export const auditedText = (event: StoredEvent): string => JSON.stringify(auditedForm(event));

/** The next value of the chain: SHA-256, in hex, over the value before it and the text. */
export const chained = (previousHash: string, text: string | Uint8Array): string =>
  createHash('sha256').update(previousHash).update(text).digest('hex');

/** A line of the export: the text of a JSON object with the hash as its last member. */
export const withHash = (text: string, hash: string): string => `${text.slice(0, -1)},"hash":"${hash}"}`;

/** What the first line of an export says. */
export interface AuditHead {
  /** Positions, both ends included; `to` below `from`: nothing. */
  readonly from: number;
  readonly to: number;
  /** What the chain says before `from`. */
  readonly previousHash: string;
}

/** The first line. Its own hash, over its text alone, tells a change of it from a change of the first event. */
export function headLine({ from, to, previousHash }: AuditHead): string {
  const text = JSON.stringify({ ekidenAudit: AUDIT_FORMAT, log: LOG_NAME, from, to, previousHash });
  return withHash(text, chained('', text));
}

/** The last line: `hash` is that of the last event, or the previous one where there is none. */
export const endLine = (end: {
  readonly events: number;
  readonly last: number;
  readonly hash: string;
}): string => JSON.stringify({ end: true, events: end.events, last: end.last, hash: end.hash });
