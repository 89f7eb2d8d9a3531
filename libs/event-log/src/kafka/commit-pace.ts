import type { Grouping } from '../local/log-store.js';

/** A transaction costs about the same whatever is in it. Bounds the time one keeps the appends behind it waiting. */
const MAX_EVENTS = 2_048;

/** More events than one command brings as a rule: several clients are at work. */
const SIGN_OF_MANY = 8;

/** Part of the time of a transaction that is worth waiting. */
const SHARE = 0.5;

const LONGEST_MS = 25;

/** Clients that have their answers give the next commands at shorter intervals than this. */
const QUIET_MS = 2;

/**
 * Puts appends together for transactions. Clients who wait for one transaction give their next command when it is
 * committed. If the next transaction began with the first of them, the others would miss it: every transaction would
 * carry half of the clients, and all would wait for two.
 */
export class CommitPace implements Grouping {
  readonly maxEvents = MAX_EVENTS;
  readonly quietMs = QUIET_MS;
  #patienceMs = 0;
  #endedMs = 0;

  /** A group of so many events was committed just now. */
  committed(events: number, tookMs: number): void {
    this.#patienceMs = events < SIGN_OF_MANY ? 0 : Math.min(LONGEST_MS, tookMs * SHARE);
    this.#endedMs = performance.now();
  }

  /** Nothing is waited for when the clients had time enough already, or when there is but one. */
  patienceMs(): number {
    return Math.max(0, this.#endedMs + this.#patienceMs - performance.now());
  }
}
