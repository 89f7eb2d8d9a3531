import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EventLog, StoredEvent } from '#event-log';

/** Events read from the log at a time, at most and to begin with; they differ in size a thousandfold. */
const MOST_EVENTS = 64;
const FIRST_EVENTS = 8;

/** Webhooks that keep up are at the same place, or were a moment ago. */
const KEPT_PAGES = 4;

/** So long pages are read and looked at before everybody else has a turn: less than a turn of the writer. */
const SLICE_MS = 3;

/**
 * The log as deliveries read it. A log at hand answers at once, and whoever finds nothing for itself asks for the next
 * page at once, so it is here that everybody else gets a turn, however many webhooks have however much to pass over.
 */
export class LogPages {
  private readonly recent = new Map<number, readonly StoredEvent[]>();
  private readonly waiting: (() => void)[] = [];
  private isServing = false;
  private limit = FIRST_EVENTS;

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  /** Some of the events behind a position, in order; none when it is the last. Those who read the same share it. */
  read(after: number): Promise<readonly StoredEvent[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => void this.page(after).then(resolve, reject));
      if (!this.isServing) void this.serve();
    });
  }

  /** One after the other, each when the one before has been looked at. */
  private async serve(): Promise<void> {
    this.isServing = true;
    let untilMs = 0;
    while (this.waiting.length > 0) {
      if (performance.now() >= untilMs) {
        await othersTurn();
        untilMs = performance.now() + SLICE_MS;
      }
      const startedMs = performance.now();
      this.waiting.shift()?.();
      await microtasksDone();
      this.fit(performance.now() - startedMs);
    }
    this.isServing = false;
  }

  /** The next page shall fit into a slice. */
  private fit(tookMs: number): void {
    if (tookMs > SLICE_MS) this.limit = Math.max(1, Math.floor(this.limit / 2));
    else if (tookMs < SLICE_MS / 4) this.limit = Math.min(MOST_EVENTS, this.limit * 2);
  }

  private async page(after: number): Promise<readonly StoredEvent[]> {
    const kept = this.recent.get(after);
    if (kept !== undefined) return kept;
    const page = await this.log.read(after, this.limit);
    if (page.length > 0) this.recent.set(after, page);
    const [oldest] = this.recent.keys();
    if (this.recent.size > KEPT_PAGES && oldest !== undefined) this.recent.delete(oldest);
    return page;
  }
}

/** Ticks run when no promise is left that could go on. */
const microtasksDone = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
