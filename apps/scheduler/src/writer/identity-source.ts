import { randomInt } from 'node:crypto';
import { TimeUuids, type TurnEnvironment } from '#domain';
import { monotonicFactory } from 'ulid';
import { v7 as newOrderedUuid } from 'uuid';

/** The node part of a time-based UUID: 48 random bits, as no hardware address shall leak. */
const NODE_BITS = 2 ** 48 - 1;

/**
 * Time, identity and chance for the domain. Time never runs backwards, not even from one process to the next:
 * it starts at the newest time on the log (`spec/operations.md` §18.1).
 */
export class IdentitySource {
  /** Ids have to be unique, not secret; the generator of the platform would be asked for every single character. */
  private readonly newUlid = monotonicFactory(Math.random);
  private readonly timeUuids = new TimeUuids(randomInt(NODE_BITS), randomInt(0x4000));
  private lastMs = 0;

  constructor(private readonly clock: () => number = Date.now) {}

  /** Nothing from here on happens before `timeMs`. */
  notBefore(timeMs: number): void {
    this.lastMs = Math.max(this.lastMs, timeMs);
  }

  /** The present, as everything that is decided shall see it. */
  nowMs(): number {
    this.notBefore(this.clock());
    return this.lastMs;
  }

  /** The environment of one turn. */
  turnEnvironment(): TurnEnvironment {
    const nowMs = this.nowMs();
    return {
      nowMs,
      newEventId: () => this.newUlid(nowMs),
      // Ordered by time, so that neighbours in time are neighbours in the log's index as well.
      newUuid: () => newOrderedUuid({ msecs: nowMs }),
      newTimeUuid: () => this.timeUuids.next(nowMs),
      random: Math.random,
    };
  }
}
