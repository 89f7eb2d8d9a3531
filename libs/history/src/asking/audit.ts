import { auditedText, CHAIN_BEGIN, chained, withHash } from '../audit/audit-line.js';
import type { LogIndex } from '../indexing/log-index.js';
import type { AuditDigest, AuditPortion } from '../port.js';

/** Events of a portion at most; so many are read at once. */
const PORTION_EVENTS = 500;

/** A portion ends with the event that makes it longer than this, in characters. */
const PORTION_CHARACTERS = 1_000_000;

/** The chain behind a position, from the last place where it was noted. */
export async function auditDigest(index: LogIndex, position: number): Promise<AuditDigest> {
  if (position === index.position) return { position, hash: index.hash };
  let { position: at, hash } = index.file.checkpointBefore(position) ?? { position: 0, hash: CHAIN_BEGIN };
  while (at < position) {
    const events = await index.source.read(at, Math.min(PORTION_EVENTS, position - at));
    for (const event of events) hash = chained(hash, auditedText(event));
    at += events.length;
  }
  return { position, hash };
}

/** The lines of the events that follow. */
export async function auditPortion(index: LogIndex, after: AuditDigest, to: number): Promise<AuditPortion> {
  const events = await index.source.read(after.position, Math.min(PORTION_EVENTS, to - after.position));
  let { position, hash } = after;
  let lines = '';
  for (const event of events) {
    const text = auditedText(event);
    hash = chained(hash, text);
    position = event.position;
    lines += `${withHash(text, hash)}\n`;
    if (lines.length > PORTION_CHARACTERS) break;
  }
  return { text: Buffer.from(lines), upTo: { position, hash } };
}
