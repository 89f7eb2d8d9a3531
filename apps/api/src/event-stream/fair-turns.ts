import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long all who are let go in one turn of the event loop may hold it up together. */
const SLICE_MS = 5;

/**
 * For work that comes in portions, wanted by many at the same time: whoever waits is let go in its turn, and the event
 * loop gets to everything else in between.
 */
export class FairTurns {
  private readonly waiting: (() => void)[] = [];
  private serving = false;

  /** Resolves when it is the caller's turn to do one portion. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (!this.serving) void this.serve();
    });
  }

  private async serve(): Promise<void> {
    this.serving = true;
    while (this.waiting.length > 0) {
      await nextTurn();
      const endMs = performance.now() + SLICE_MS;
      do {
        this.waiting.shift()?.();
        await portionDone();
      } while (this.waiting.length > 0 && performance.now() < endMs);
    }
    this.serving = false;
  }
}

/** Ticks come behind everything that follows from a promise. */
const portionDone = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
