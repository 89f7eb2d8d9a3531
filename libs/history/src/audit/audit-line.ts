import { createHash } from 'node:crypto';
import { cloudEventOf, EVENT_SOURCE } from '#bus-events';
import type { StoredEvent } from '#event-log';

/** The chain before the first event of a log. */
export const CHAIN_BEGIN = '0'.repeat(64);

/** Version of the form of an exported audit. */
export const AUDIT_FORMAT = 1;

/** The text that is hashed for an event: its line of the export without the hash. */
export const auditedText = (event: StoredEvent): string => JSON.stringify(cloudEventOf(event));

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
  const text = JSON.stringify({ ekidenAudit: AUDIT_FORMAT, log: EVENT_SOURCE, from, to, previousHash });
  return withHash(text, chained('', text));
}

/** The last line: `hash` is that of the last event, or the previous one where there is none. */
export const endLine = (end: {
  readonly events: number;
  readonly last: number;
  readonly hash: string;
}): string => JSON.stringify({ end: true, events: end.events, last: end.last, hash: end.hash });
