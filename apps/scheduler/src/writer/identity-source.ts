import { randomFillSync, randomInt } from 'node:crypto';
import { TimeUuids, type TurnEnvironment } from '#domain';
import { v7 as newOrderedUuid } from 'uuid';
import { MonotonicUlids } from './monotonic-ulids.js';

/** The node part of a time-based UUID: 48 random bits, as no hardware address shall leak. */
const NODE_BITS = 2 ** 48 - 1;

/** Where chance comes from. */
export interface Entropy {
  /** In [0, 1). */
  random(): number;
  /** An integer from 0 up to, not including, `limit`. */
  integer(limit: number): number;
  fill(bytes: Uint8Array): void;
}

/** The platform's. */
const SYSTEM_ENTROPY: Entropy = {
  random: Math.random,
  integer: (limit) => randomInt(limit),
  fill: (bytes) => void randomFillSync(bytes),
};

/**
 * Time, identity and chance for the domain. Time never runs backwards, not even from one process to the next:
 * it starts at the newest time on the log (`spec/operations.md` §18.1). While the clock shows less than that, because
 * it was set back, time goes on at half its pace: were it to stand still, every delay and time-out would stand still
 * with it.
 */
export class IdentitySource {
  private readonly ulids: MonotonicUlids;
  private readonly bytes: RandomBytes;
  private readonly timeUuids: TimeUuids;
  private lastMs = 0;

  private lastLookMs: number;

  /** `clock`: epoch ms, may be set back; `stopwatch`: ms of any origin, never goes back. */
  constructor(
    private readonly clock: () => number = Date.now,
    private readonly stopwatch: () => number = () => performance.now(),
    private readonly entropy: Entropy = SYSTEM_ENTROPY,
  ) {
    this.ulids = new MonotonicUlids(entropy.random);
    this.bytes = new RandomBytes(entropy);
    this.timeUuids = new TimeUuids(entropy.integer(NODE_BITS), entropy.integer(0x4000));
    this.lastLookMs = stopwatch();
  }

  /** Nothing from here on happens before `timeMs`. */
  notBefore(timeMs: number): void {
    this.advanceTo(timeMs);
  }

  /** The present in whole epoch ms, as everything that is decided shall see it. */
  nowMs(): number {
    const passedMs = this.stopwatch() - this.lastLookMs;
    this.advanceTo(Math.max(this.clock(), this.lastMs + Math.floor(passedMs / 2)));
    return this.lastMs;
  }

  /** Looks at the stopwatch only when time moves on, so that short looks in a row add up. */
  private advanceTo(timeMs: number): void {
    if (timeMs <= this.lastMs) return;
    this.lastMs = timeMs;
    this.lastLookMs = this.stopwatch();
  }

  /** The environment of one turn. */
  turnEnvironment(): TurnEnvironment {
    const nowMs = this.nowMs();
    return {
      nowMs,
      newEventId: () => this.ulids.next(nowMs),
      // Ordered by time, so that neighbours in time are neighbours in the log's index as well.
      newUuid: () => newOrderedUuid({ msecs: nowMs, random: this.bytes.next() }),
      newTimeUuid: () => this.timeUuids.next(nowMs),
      random: this.entropy.random,
    };
  }
}

const UUID_BYTES = 16;

/** Random bytes for ids, asked of the platform in bulk: a single request costs more than everything else about an id. */
class RandomBytes {
  private readonly pool = new Uint8Array(256 * UUID_BYTES);
  private used = this.pool.length;

  constructor(private readonly entropy: Entropy) {}

  next(): Uint8Array {
    if (this.used === this.pool.length) {
      this.entropy.fill(this.pool);
      this.used = 0;
    }
    this.used += UUID_BYTES;
    return this.pool.subarray(this.used - UUID_BYTES, this.used);
  }
}
