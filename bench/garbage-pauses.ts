import { PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** A span of time, ms as `performance.now()` tells. */
export interface Span {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Knows when the garbage collector held up this thread, so that a figure can leave it out. */
export class GarbagePauses {
  private readonly pauses: PerformanceEntry[] = [];
  private readonly observer = new PerformanceObserver((list) => this.pauses.push(...list.getEntries()));

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Pauses become known with a delay only. */
  async settled(): Promise<void> {
    await delay(20);
  }

  /** How long a span took without the pauses that fell into it. */
  durationWithout({ startedMs, endedMs }: Span): number {
    let durationMs = endedMs - startedMs;
    for (const { startTime, duration } of this.pauses) {
      if (startTime >= startedMs && startTime < endedMs)
        durationMs -= Math.min(duration, endedMs - startTime);
    }
    return durationMs;
  }

  stop(): void {
    this.observer.disconnect();
  }
}
