import { containerUsage } from './container-usage.js';
import { readProcessTable, type ProcessEntry } from './process-table.js';

/** Pause between two samples (spec/local-cluster.md §19.1). */
const sampleIntervalMs = 1_000;
/** So many samples in a row above the limit are not a peak any more. */
const samplesAbove = 2;

interface Guarded {
  readonly limitBytes: number;
  readonly onExceeded: (usedBytes: number) => void;
  above: number;
}

/**
 * Samples the resident memory of process trees and tells when one has stayed above its limit: two samples in a row.
 * One look at the process table per second serves all of them.
 */
export class MemoryGuard {
  private readonly guarded = new Map<number, Guarded>();
  private timer: NodeJS.Timeout | undefined;

  /** `usedBytesOf` measures the tree of a pid. */
  constructor(
    private readonly usedBytesOf = (pid: number, table: readonly ProcessEntry[]): number =>
      containerUsage('', pid, table).rssBytes,
  ) {}

  /** `onExceeded` is called once. */
  watch(pid: number, limitBytes: number, onExceeded: (usedBytes: number) => void): void {
    this.guarded.set(pid, { limitBytes, onExceeded, above: 0 });
    this.timer ??= setInterval(() => this.sample(), sampleIntervalMs);
  }

  /** The process has ended. */
  release(pid: number): void {
    this.guarded.delete(pid);
    if (this.guarded.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sample(): void {
    const table = readProcessTable();
    for (const [pid, guarded] of this.guarded) {
      const usedBytes = this.usedBytesOf(pid, table);
      guarded.above = usedBytes > guarded.limitBytes ? guarded.above + 1 : 0;
      if (guarded.above < samplesAbove) continue;
      this.release(pid);
      guarded.onExceeded(usedBytes);
    }
  }
}
