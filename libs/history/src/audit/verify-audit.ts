import { EVENT_SOURCE } from '#bus-events';
import { AUDIT_FORMAT, CHAIN_BEGIN, chained, endLine, headLine, type AuditHead } from './audit-line.js';

/** What is wrong with an exported audit, and where; nothing behind it was looked at. */
export interface AuditFinding {
  /** Counted from 1. */
  readonly line: number;
  /** Of the event that stands there, or should. */
  readonly position?: number;
  /** In words for people. */
  readonly problem: string;
  readonly expected?: string | number;
  readonly found?: string | number;
}

/** An audit that is whole and as it was exported, or what is wrong with it. */
export type AuditVerdict =
  | {
      readonly ok: true;
      readonly from: number;
      readonly to: number;
      readonly events: number;
      /** Of the chain before the first event: what the export of everything before ends with. */
      readonly previousHash: string;
      /** Of the chain behind the last event: to be compared with a digest that was kept elsewhere. */
      readonly hash: string;
    }
  | ({ readonly ok: false } & AuditFinding);

const HASH_MEMBER = /,"hash":"([0-9a-f]{64})"\}$/;
const HASH_MEMBER_LENGTH = ',"hash":""}'.length + 64;
const HASH = /^[0-9a-f]{64}$/;

/** Thrown within a verifier where something is wrong. */
class Wrong {
  constructor(readonly finding: Omit<AuditFinding, 'line'>) {}
}

/**
 * Checks an exported audit line by line (docs/history.md). Every byte counts: each line is part of the chain as it stands,
 * the first and the last must be what they would have been written as.
 */
export class AuditVerifier {
  #line = 0;
  #head: AuditHead | undefined;
  #hash = CHAIN_BEGIN;
  #next = 1;
  #events = 0;
  #hasEnded = false;
  #finding: AuditFinding | undefined;

  /**
   * Takes the next line, without its end.
   *
   * @returns what is wrong, if something is; further lines change nothing then.
   */
  line(line: Uint8Array | string): AuditFinding | undefined {
    if (this.#finding !== undefined) return this.#finding;
    this.#line += 1;
    const bytes = Buffer.from(line);
    return this.#watch(() => {
      if (this.#hasEnded) throw new Wrong({ problem: 'there is a line behind the end' });
      if (this.#head === undefined) this.#takeHead(bytes);
      else if (this.#next > this.#head.to) this.#takeEnd(bytes);
      else this.#takeEvent(bytes);
    });
  }

  /** The verdict, when there are no more lines. */
  end(): AuditVerdict {
    if (this.#finding === undefined && !this.#hasEnded) {
      this.#line += 1;
      this.#watch(() => {
        throw new Wrong({ problem: 'the end is missing', ...this.#place(), expected: this.#expected() });
      });
    }
    if (this.#finding !== undefined) return { ok: false, ...this.#finding };
    const { from, to, previousHash } = this.#head as AuditHead;
    return { ok: true, from, to, events: this.#events, previousHash, hash: this.#hash };
  }

  #watch(look: () => void): AuditFinding | undefined {
    try {
      look();
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      this.#finding = { line: this.#line, ...error.finding };
    }
    return this.#finding;
  }

  #expected(): string {
    if (this.#head === undefined) return 'the first line';
    return this.#next > this.#head.to ? 'the last line' : `the event at position ${this.#next}`;
  }

  #place(): { position?: number } {
    const isEvent = this.#head !== undefined && this.#next <= this.#head.to;
    return isEvent ? { position: this.#next } : {};
  }

  #takeHead(bytes: Buffer): void {
    const { ekidenAudit, log, from, to, previousHash } = this.#parsed(bytes);
    if (ekidenAudit !== AUDIT_FORMAT) {
      throw new Wrong({ problem: 'this is not the first line of an audit', expected: AUDIT_FORMAT });
    }
    const isRange = isCount(from) && isCount(to) && from >= 1 && to >= from - 1;
    if (!isRange || log !== EVENT_SOURCE || typeof previousHash !== 'string' || !HASH.test(previousHash)) {
      throw new Wrong({ problem: 'the first line was changed' });
    }
    const head = { from, to, previousHash };
    const expected = headLine(head);
    if (!bytes.equals(Buffer.from(expected))) {
      throw new Wrong({ problem: 'the first line was changed', expected, found: bytes.toString() });
    }
    if (from === 1 && previousHash !== CHAIN_BEGIN) {
      throw new Wrong({
        problem: 'the chain begins with another value',
        expected: CHAIN_BEGIN,
        found: previousHash,
      });
    }
    this.#head = head;
    this.#hash = previousHash;
    this.#next = from;
  }

  #takeEvent(bytes: Buffer): void {
    const found = HASH_MEMBER.exec(bytes.subarray(-HASH_MEMBER_LENGTH).toString('latin1'))?.[1];
    const text = Buffer.concat([bytes.subarray(0, -HASH_MEMBER_LENGTH), Buffer.from('}')]);
    const expected = chained(this.#hash, text);
    if (found !== expected) throw new Wrong(this.#whyNot(bytes, { expected, found }));
    const { position } = this.#parsed(bytes);
    if (position !== this.#next) {
      throw new Wrong({
        problem: 'the position is wrong',
        ...this.#place(),
        expected: this.#next,
        found: String(position),
      });
    }
    this.#hash = expected;
    this.#next += 1;
    this.#events += 1;
  }

  /** An event in the wrong place, or one that is not as it was. */
  #whyNot(
    bytes: Buffer,
    { expected, found }: { readonly expected: string; readonly found: string | undefined },
  ): Omit<AuditFinding, 'line'> {
    const place = { position: this.#next };
    const { position, end } = this.#parsed(bytes);
    if (end === true)
      return { problem: 'events are missing before the end', ...place, expected: this.#expected() };
    if (typeof position === 'number' && position !== this.#next) {
      const problem =
        position < this.#next
          ? 'an event stands here again, or too late'
          : 'events are missing, or their order was changed';
      return { problem, ...place, expected: this.#next, found: position };
    }
    const problem = 'the event was changed: its hash is another one';
    return { problem, ...place, expected, ...(found === undefined ? {} : { found }) };
  }

  #takeEnd(bytes: Buffer): void {
    const { to } = this.#head as AuditHead;
    const expected = endLine({ events: this.#events, last: to, hash: this.#hash });
    if (!bytes.equals(Buffer.from(expected))) {
      throw new Wrong({ problem: 'the last line is another one', expected, found: bytes.toString() });
    }
    this.#hasEnded = true;
  }

  #parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
    try {
      const value = JSON.parse(bytes.toString()) as unknown;
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    } catch {
      // Told below.
    }
    throw new Wrong({ problem: 'the line is no JSON object', ...this.#place(), expected: this.#expected() });
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value);

/** Checks the lines of an exported audit, all of them at hand; for long ones there is {@link AuditVerifier}. */
export function verifyAudit(lines: Iterable<Uint8Array | string>): AuditVerdict {
  const verifier = new AuditVerifier();
  for (const line of lines) if (verifier.line(line) !== undefined) break;
  return verifier.end();
}
