import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { NewEvent, PositionRange } from '../port.js';
import type { EncodedBatch, Grouping } from './log-store.js';
import { SerialQueue } from './serial-queue.js';

/** One `append` that waits for its flush. */
export interface PendingAppend {
  readonly batch: EncodedBatch;
  /** The same events as they were handed over. */
  readonly events: readonly NewEvent[];
  readonly epoch: number;
  readonly resolve: (range: PositionRange) => void;
  readonly reject: (error: Error) => void;
}

/**
 * For a store that says nothing else. Bounds the time one flush keeps the appends behind it waiting, to 50 ms or so; it must
 * be far more than comes in a turn or two of a busy event loop, for each flush waits for one to begin and for one to end.
 */
const MAX_EVENTS_PER_FLUSH = 4096;

/**
 * Collects the appends that arrive while a flush is running, or within one turn of the event loop, and hands them over
 * as one group: the cost of a flush is shared by all that wait for it. Everything else that writes takes its turn in
 * the same queue, so at most one write is under way.
 */
export class GroupCommit {
  readonly #commit: (group: readonly PendingAppend[]) => Promise<void>;
  readonly #grouping: Grouping | undefined;
  readonly #writes = new SerialQueue();
  #waiting: PendingAppend[] = [];

  /** `commit` settles every append of its group and never rejects. */
  constructor(commit: (group: readonly PendingAppend[]) => Promise<void>, grouping?: Grouping) {
    this.#commit = commit;
    this.#grouping = grouping;
  }

  /** `events` are those of `batch` as they were handed over. */
  append(batch: EncodedBatch, events: readonly NewEvent[], epoch: number): Promise<PositionRange> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, events, epoch, resolve, reject });
      if (this.#waiting.length === 1) this.#scheduleFlush();
    });
  }

  /** Runs `task` when every write before it is done, and before every write after it. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#writes.run(task);
  }

  /** Resolves when every write accepted so far is done. */
  idle(): Promise<void> {
    return this.#writes.idle();
  }

  #scheduleFlush(): void {
    void this.#writes.run(async () => {
      await this.#gather();
      const group = this.#takeGroup();
      if (this.#waiting.length > 0) this.#scheduleFlush();
      await this.#commit(group);
    });
  }

  /** Lets appends arrive: those of this turn, and as long as the store has patience those that follow closely. */
  async #gather(): Promise<void> {
    await nextTurn();
    if (this.#grouping === undefined) return;
    const deadlineMs = performance.now() + this.#grouping.patienceMs();
    let arrived = 0;
    while (this.#waiting.length > arrived && performance.now() < deadlineMs) {
      arrived = this.#waiting.length;
      await delay(this.#grouping.quietMs);
    }
  }

  /** Whole batches, in call order, at least one. */
  #takeGroup(): readonly PendingAppend[] {
    const maxEvents = this.#grouping?.maxEvents ?? MAX_EVENTS_PER_FLUSH;
    let events = 0;
    const end = this.#waiting.findIndex((pending, index) => {
      events += pending.batch.length;
      return index > 0 && events > maxEvents;
    });
    const count = end === -1 ? this.#waiting.length : end;
    return this.#waiting.splice(0, count);
  }
}
