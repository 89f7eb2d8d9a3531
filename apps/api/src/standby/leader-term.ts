import type { EventLog } from '#event-log';
import type { Leadership } from '../leadership.js';
import type { Projection } from '../projection/projection.js';

/**
 * Whether this node answers as the leader. It does once its reads show everything that former leaders have written:
 * the scheduler has read the log to its end by then, but the read side follows on its own.
 */
export class LeaderTerm {
  private caughtUp = false;
  private catchingUp: Promise<void> | undefined;

  constructor(
    readonly leadership: Leadership,
    private readonly log: EventLog,
    private readonly projection: Projection,
  ) {}

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

  private async catchUp(): Promise<void> {
    await this.projection.waitFor(await this.log.head());
    this.caughtUp = true;
  }
}
