import type { EventLog } from '#event-log';
import { LogEntry } from './log-entry.js';

/** Events read from the log at a time. */
const PAGE_EVENTS = 256;

/** Pages that are kept. After a failover many subscribers read the same few at the same time. */
const KEPT_PAGES = 16;

type Page = Promise<readonly LogEntry[]>;

/** The past, for subscribers that catch up: read and written once for all who want the same part at about the same time. */
export class ReplayPages {
  private readonly pages = new Map<number, Page>();

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  /**
   * What is on the log behind `after`, in order, up to the end of a page and never beyond `upTo`. Empty only where the
   * log has nothing (any more) up to there or to the end of the page: {@link pageEnd}.
   */
  async behind(after: number, upTo: number): Promise<readonly LogEntry[]> {
    const number = Math.floor(after / PAGE_EVENTS);
    const isWanted = ({ position }: LogEntry): boolean => position > after && position <= upTo;
    const wantedUpTo = Math.min(upTo, this.pageEnd(after));
    const known = this.pages.get(number);
    if (known !== undefined) {
      const entries = await known;
      if ((entries.at(-1)?.position ?? 0) >= wantedUpTo) return entries.filter(isWanted);
    }
    // Whoever was quicker has begun to read it after this call came, so that it reaches far enough.
    const newer = this.pages.get(number);
    const page = newer === undefined || newer === known ? this.read(number) : newer;
    return (await page).filter(isWanted);
  }

  /** The last position of the page that the event behind `after` is on. */
  pageEnd(after: number): number {
    return (Math.floor(after / PAGE_EVENTS) + 1) * PAGE_EVENTS;
  }

  /** Nobody catches up any more. */
  forget(): void {
    this.pages.clear();
  }

  private read(number: number): Page {
    const first = number * PAGE_EVENTS;
    const page = this.log
      .read(first, PAGE_EVENTS)
      .then((events) =>
        events
          .filter(({ position }) => position <= first + PAGE_EVENTS)
          .map((stored) => new LogEntry(stored)),
      );
    // Who waits is told of a failure; whoever comes next tries again.
    void page.catch(() => this.pages.delete(number));
    this.pages.delete(number);
    this.pages.set(number, page);
    if (this.pages.size > KEPT_PAGES) {
      const [oldest = number] = this.pages.keys();
      this.pages.delete(oldest);
    }
    return page;
  }
}
