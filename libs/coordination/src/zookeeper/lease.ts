import type { Clock, Instant } from '#zookeeper';

/** How much of the session's time-out a lease lasts; the rest is for clocks that do not run alike. */
const LEASE_SHARE = 11 / 12;

/** How often within a session's time-out it is renewed. */
const RENEWALS = 12;

/**
 * How long nobody else can have been elected. It counts from the last sign of life that the leader of the ensemble must
 * know of, for that is what it counts the session's time-out from; a renewal is a round trip through that leader which
 * proves that the own node was still there. With renewals in time that sign is a third of the time-out old at most, so
 * that a leader which loses sight of ZooKeeper has at least seven twelfths of the time-out left to find it again.
 *
 * The time is read from two clocks and the longer one counts: the monotonic clock stands still while a machine sleeps,
 * the other may be set back. A clock that is set forward ends the lease until signs from after that are known.
 */
export class Lease {
  readonly renewalIntervalMs: number;
  readonly #durationMs: number;
  readonly #clock: Clock;
  #contact: Instant | undefined;

  /** @param timeoutMs of the session, as granted. */
  constructor(timeoutMs: number, clock: Clock) {
    this.#durationMs = timeoutMs * LEASE_SHARE;
    this.renewalIntervalMs = timeoutMs / RENEWALS;
    this.#clock = clock;
  }

  /** @param sentAt when the round trip began that has succeeded now. */
  renew(sentAt: Instant): void {
    if (this.#contact === undefined || sentAt.monotonicMs > this.#contact.monotonicMs) this.#contact = sentAt;
  }

  get isGood(): boolean {
    if (this.#contact === undefined) return false;
    const now = this.#clock();
    const elapsedMs = now.monotonicMs - this.#contact.monotonicMs;
    return Math.max(elapsedMs, now.wallMs - this.#contact.wallMs) < this.#durationMs;
  }

  /** Until the lease ends on the monotonic clock; never negative. */
  get leftMs(): number {
    if (this.#contact === undefined) return 0;
    return Math.max(0, this.#contact.monotonicMs + this.#durationMs - this.#clock().monotonicMs);
  }
}
