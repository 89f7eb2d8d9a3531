/** How histograms keep their values (flags `metrics_histogram_reservoir_*`). */
export interface ReservoirOptions {
  /** Larger values count as this one. */
  readonly highestTrackableValue: number;
  /** 0 to 5: quantiles are exact to this many decimal digits. */
  readonly significantDigits: number;
  /** All values are forgotten this often; never when absent. */
  readonly resetIntervalMs: number | undefined;
}

export const DEFAULT_RESERVOIR: ReservoirOptions = {
  highestTrackableValue: 3_600_000_000_000,
  significantDigits: 3,
  resetIntervalMs: 5000,
};

/** What the values since the last reset look like. All zero when there are none. */
export interface Distribution {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  readonly p98: number;
  readonly p99: number;
  readonly p999: number;
}

const QUANTILES = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999] as const;

const TWO_TO_32 = 4_294_967_296;

/** Position of the highest set bit of a positive whole number below 2^53. */
function highestBit(value: number): number {
  return value < TWO_TO_32 ? 31 - Math.clz32(value) : 63 - Math.clz32(Math.floor(value / TWO_TO_32));
}

/**
 * The distribution of whole, non-negative values over a wide range, in constant memory and without allocation per
 * value: as many equal buckets per power of two as the precision asks for (the layout of HDR histograms).
 */
export class Histogram {
  private total = 0;
  /** Allocated with the first value: many histograms never see one. */
  private buckets: Uint32Array | undefined;
  private readonly halfBits: number;
  private inReservoir = 0;
  private sum = 0;
  private sumOfSquares = 0;
  private smallest = Infinity;
  private largest = 0;
  private resetAtMs: number;

  constructor(
    private readonly options: ReservoirOptions,
    private readonly nowMs: () => number,
  ) {
    this.halfBits = Math.ceil(Math.log2(10 ** options.significantDigits));
    this.resetAtMs = nowMs() + (options.resetIntervalMs ?? Infinity);
  }

  /** Takes a value in, rounded to a whole number within the tracked range. */
  record(value: number): void {
    this.resetIfDue();
    const tracked = Math.min(Math.max(0, Math.round(value)), this.options.highestTrackableValue);
    this.buckets ??= new Uint32Array(this.indexOf(this.options.highestTrackableValue) + 1);
    const index = this.indexOf(tracked);
    this.buckets[index] = (this.buckets[index] ?? 0) + 1;
    this.total += 1;
    this.inReservoir += 1;
    this.sum += tracked;
    this.sumOfSquares += tracked * tracked;
    if (tracked < this.smallest) this.smallest = tracked;
    if (tracked > this.largest) this.largest = tracked;
  }

  /** All values ever recorded, forgotten ones too. */
  get count(): number {
    return this.total;
  }

  distribution(): Distribution {
    this.resetIfDue();
    const [p50 = 0, p75 = 0, p95 = 0, p98 = 0, p99 = 0, p999 = 0] = this.quantiles();
    const count = Math.max(1, this.inReservoir);
    const mean = this.sum / count;
    const stddev = Math.sqrt(Math.max(0, this.sumOfSquares / count - mean * mean));
    const min = this.inReservoir === 0 ? 0 : this.smallest;
    return { min, max: this.largest, mean, stddev, p50, p75, p95, p98, p99, p999 };
  }

  /** Index of the bucket of a value: exact up to 2^(halfBits+1), then 2^halfBits buckets per power of two. */
  private indexOf(value: number): number {
    const half = 2 ** this.halfBits;
    if (value < 2 * half) return value;
    const shift = highestBit(value) - this.halfBits;
    return shift * half + Math.floor(value / 2 ** shift);
  }

  /** The largest value that falls into a bucket. */
  private highestValueIn(index: number): number {
    const half = 2 ** this.halfBits;
    if (index < 2 * half) return index;
    const shift = Math.floor(index / half) - 1;
    return (index - shift * half + 1) * 2 ** shift - 1;
  }

  private quantiles(): readonly number[] {
    const { buckets } = this;
    if (buckets === undefined || this.inReservoir === 0) return [];
    const values: number[] = [];
    let seen = 0;
    for (let index = 0; index < buckets.length && values.length < QUANTILES.length; index++) {
      seen += buckets[index] ?? 0;
      const value = Math.min(this.highestValueIn(index), this.largest);
      while (values.length < QUANTILES.length && seen >= this.rankOf(values.length)) values.push(value);
    }
    return values;
  }

  /** How many of the values lie at or below the n-th quantile. */
  private rankOf(quantileIndex: number): number {
    return Math.max(1, Math.ceil((QUANTILES[quantileIndex] ?? 1) * this.inReservoir));
  }

  private resetIfDue(): void {
    const now = this.nowMs();
    if (now < this.resetAtMs) return;
    this.resetAtMs = now + (this.options.resetIntervalMs ?? Infinity);
    if (this.inReservoir === 0) return;
    this.buckets?.fill(0);
    this.inReservoir = 0;
    this.sum = 0;
    this.sumOfSquares = 0;
    this.smallest = Infinity;
    this.largest = 0;
  }
}
