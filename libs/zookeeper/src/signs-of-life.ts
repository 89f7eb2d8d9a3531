import type { Instant } from './clock.js';

/** The longest time that a server keeps a sign of life from the ensemble's leader, as a share of the time-out. */
const HANDOVER_SHARE = 1 / 4;

/** Signs that follow one another faster than this share of the time-out count as one. */
const THINNING_SHARE = 1 / 24;

/** Older signs are of no use: a question that old is not waited for any more. */
const USEFUL_SHARE = 2 / 3;

/**
 * What the ensemble's leader must know of a session at least. It counts the time-out from the last sign of life that it
 * heard of: of a (re)connection at once, of a request from the server that got it, within half a tick. As ZooKeeper
 * grants no time-out under two ticks (unless `minSessionTimeout` is set lower), half a tick is at most a quarter of it.
 */
export class SignsOfLife {
  #connectedAt: Instant | undefined;
  readonly #signs: Instant[] = [];

  /** @param startedAt before the connection was asked for. */
  connected(startedAt: Instant): void {
    this.#connectedAt = startedAt;
    this.#signs.length = 0;
  }

  /** @param sentAt when a request was sent on this connection that was answered now. */
  answered(sentAt: Instant, timeoutMs: number): void {
    const last = this.#signs.at(-1);
    if (last !== undefined && sentAt.monotonicMs - last.monotonicMs < timeoutMs * THINNING_SHARE) return;
    this.#signs.push(sentAt);
    const uselessMs = sentAt.monotonicMs - timeoutMs * USEFUL_SHARE;
    while (this.#signs.length > 1 && this.#signs[1]!.monotonicMs <= uselessMs) this.#signs.shift();
  }

  /**
   * The latest sign that the leader of the ensemble knew of when it handled a request that was sent at `sentAt`, at
   * least. Nothing before the first connection.
   */
  knownBefore(sentAt: Instant, timeoutMs: number): Instant | undefined {
    const latestMs = sentAt.monotonicMs - timeoutMs * HANDOVER_SHARE;
    return this.#signs.findLast(({ monotonicMs }) => monotonicMs <= latestMs) ?? this.#connectedAt;
  }
}
