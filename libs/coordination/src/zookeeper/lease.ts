import type { Clock, Instant } from './clock.js';

/** How much of the session's time-out a lease lasts from the moment its renewal was sent. */
const LEASE_SHARE = 2 / 3;

/** How often within a session's time-out it is renewed. */
const RENEWALS = 12;

/**
 * How long nobody else can have been elected. A renewal is a round trip through the leader of the ensemble that proves
 * that the own node was there after it was sent.
 *
 * Why two thirds: the ensemble counts a session's time-out from the last sign of life that its leader knows of. A
 * server hands over the signs of its clients every half tick, so with the renewal sent at `s` the leader knows at least
 * of the one sent before `s - tick/2`, which is no older than `s - tick/2 - timeout/12`. ZooKeeper grants no time-out
 * under two ticks, thus the session cannot end before `s + timeout - timeout/4 - timeout/12 = s + timeout * 2/3`.
 *
 * The time is read from two clocks and the longer one counts: the monotonic clock stands still while a machine sleeps,
 * the other may be set back. A clock that is set forward ends the lease until the next renewal only.
 */
export class Lease {
  readonly renewalIntervalMs: number;
  readonly #durationMs: number;
  readonly #clock: Clock;
  #renewedAt: Instant | undefined;

  /** @param timeoutMs of the session, as granted. */
  constructor(timeoutMs: number, clock: Clock) {
    this.#durationMs = timeoutMs * LEASE_SHARE;
    this.renewalIntervalMs = timeoutMs / RENEWALS;
    this.#clock = clock;
  }

  /** @param sentAt when the round trip began that has succeeded now. */
  renew(sentAt: Instant): void {
    if (this.#renewedAt === undefined || sentAt.monotonicMs > this.#renewedAt.monotonicMs)
      this.#renewedAt = sentAt;
  }

  get isGood(): boolean {
    if (this.#renewedAt === undefined) return false;
    const now = this.#clock();
    const elapsedMs = now.monotonicMs - this.#renewedAt.monotonicMs;
    return Math.max(elapsedMs, now.wallMs - this.#renewedAt.wallMs) < this.#durationMs;
  }

  /** Until the lease ends on the monotonic clock; never negative. */
  get leftMs(): number {
    if (this.#renewedAt === undefined) return 0;
    return Math.max(0, this.#renewedAt.monotonicMs + this.#durationMs - this.#clock().monotonicMs);
  }
}
