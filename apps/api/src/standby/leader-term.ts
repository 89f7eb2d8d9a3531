import type { EventLog } from '#event-log';
import type { Leadership } from '../leadership.js';
import type { Projection } from '../projection/projection.js';
import { within } from './within.js';

/** How long a leader that was just elected may catch up before a request is treated as by a standby, in ms. */
export const TERM_BEGIN_MS = 1000;

/**
 * Whether this node answers as the leader. It does once its reads show everything that former leaders have written:
 * the scheduler has read the log to its end by then, but the read side follows on its own.
 */
export class LeaderTerm {
  private caughtUp = false;
  private wasBegun = false;
  private catchingUp: Promise<void> | undefined;

  constructor(
    readonly leadership: Leadership,
    private readonly log: EventLog,
    private readonly projection: Projection,
  ) {}

  /** Whether this node has answered as the leader, now or before. */
  get hasBegun(): boolean {
    return this.wasBegun;
  }

  /** Whether this node answers as the leader at this moment. Costs nothing. */
  now(): boolean {
    return this.caughtUp && this.leadership.leadsNow();
  }

  /** As {@link now}, but waits for the read side of a leader that was just elected. Never rejects. */
  async begun(): Promise<boolean> {
    if (!this.leadership.leadsNow()) {
      this.caughtUp = false;
      return false;
    }
    if (!this.caughtUp) {
      this.catchingUp ??= this.catchUp().finally(() => {
        this.catchingUp = undefined;
      });
      await this.catchingUp.catch(() => undefined);
    }
    return this.now();
  }

  /** As {@link begun}, but waits no longer than the limit. */
  async begunWithin(limitMs: number): Promise<boolean> {
    return within(limitMs, this.begun(), false);
  }

  private async catchUp(): Promise<void> {
    await this.projection.waitFor(await this.log.head());
    this.caughtUp = true;
    this.wasBegun = true;
  }
}
