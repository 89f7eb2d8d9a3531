import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EventLog, StoredEvent } from '#event-log';

/** Events read from the log at a time. */
const PAGE = 100;

/** Webhooks that keep up are at the same place, or were a moment ago. */
const KEPT_PAGES = 4;

/** So long pages are read and looked at before everybody else has a turn: as long as a turn of the writer. */
const SLICE_MS = 5;

/**
 * The log as deliveries read it. A log at hand answers at once, and whoever finds nothing for itself asks for the next
 * page at once, so it is here that everybody else gets a turn, however many webhooks have however much to pass over.
 */
export class LogPages {
  private readonly recent = new Map<number, readonly StoredEvent[]>();
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  /** Some of the events behind a position, in order; none when it is the last. Those who read the same share it. */
  read(after: number): Promise<readonly StoredEvent[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => void this.page(after).then(resolve, reject));
      if (this.waiting.length === 1) void this.serve();
    });
  }

  /** One after the other, each when the one before has been looked at. */
  private async serve(): Promise<void> {
    let untilMs = 0;
    while (this.waiting.length > 0) {
      if (performance.now() < untilMs) await microtasksDone();
      else {
        await othersTurn();
        untilMs = performance.now() + SLICE_MS;
      }
      // It stays in the queue while it is served: whoever comes meanwhile must not begin to serve, too.
      this.waiting[0]?.();
      this.waiting.shift();
    }
  }

  private async page(after: number): Promise<readonly StoredEvent[]> {
    const kept = this.recent.get(after);
    if (kept !== undefined) return kept;
    const page = await this.log.read(after, PAGE);
    if (page.length > 0) this.recent.set(after, page);
    const [oldest] = this.recent.keys();
    if (this.recent.size > KEPT_PAGES && oldest !== undefined) this.recent.delete(oldest);
    return page;
  }
}

/** Ticks run when no promise is left that could go on. */
const microtasksDone = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
