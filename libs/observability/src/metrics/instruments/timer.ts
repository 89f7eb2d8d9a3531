import { Histogram, type Distribution, type ReservoirOptions } from './histogram.js';
import { Meter, type Rates } from './meter.js';

const NANOSECONDS_PER_MS = 1_000_000;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** Measures how long something takes, and how often it happens. */
export class Timer {
  private readonly histogram: Histogram;
  private readonly meter: Meter;

  constructor(reservoir: ReservoirOptions, nowMs: () => number) {
    this.histogram = new Histogram(reservoir, nowMs);
    this.meter = new Meter(nowMs);
  }

  /** Takes in one duration, for example the difference of two `performance.now()`. */
  record(durationMs: number): void {
    this.histogram.record(durationMs * NANOSECONDS_PER_MS);
    this.meter.mark();
  }

  get count(): number {
    return this.meter.count;
  }

  rates(): Rates {
    return this.meter.rates();
  }

  /** The distribution of the durations in seconds. */
  distribution(): Distribution {
    const inNanoseconds = Object.entries(this.histogram.distribution()) as [keyof Distribution, number][];
    const inSeconds = inNanoseconds.map(([name, value]) => [name, value / NANOSECONDS_PER_SECOND] as const);
    return Object.fromEntries(inSeconds) as unknown as Distribution;
  }
}
