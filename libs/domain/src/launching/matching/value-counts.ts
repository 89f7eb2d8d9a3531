/**
 * How many placed instances have each value of one field. Kept in step while a pass places more of them, so that no
 * constraint ever walks the instances again.
 */
export class ValueCounts {
  /** The value that the first placed instance has; meaningful if `total` > 0. */
  first: string | undefined;
  /** Placed instances, also those without the field. */
  total = 0;
  private readonly counts = new Map<string | undefined, number>();
  /** How many values there are of each count. */
  private readonly valuesByCount = new Map<number, number>();
  private smallestCount = 0;
  /** By base: the sum over all values of what exceeds the base. */
  private readonly excess = new Map<number, number>();

  /** Number of different values; instances without the field share one. */
  get buckets(): number {
    return this.counts.size;
  }

  /** Count of the least frequent value; 0 while nothing is placed. */
  get smallest(): number {
    return this.smallestCount;
  }

  countOf(value: string | undefined): number {
    return this.counts.get(value) ?? 0;
  }

  /** Σ max(0, count − base) over all values. */
  excessOver(base: number): number {
    let sum = this.excess.get(base);
    if (sum === undefined) {
      sum = 0;
      for (const count of this.counts.values()) sum += Math.max(0, count - base);
      this.excess.set(base, sum);
    }
    return sum;
  }

  /** One more instance is placed where the field has this value. */
  add(value: string | undefined): void {
    if (this.total === 0) this.first = value;
    this.total += 1;
    const before = this.countOf(value);
    this.counts.set(value, before + 1);
    this.moveBucket(before);
    for (const [base, sum] of this.excess) {
      if (before >= base) this.excess.set(base, sum + 1);
    }
  }

  private moveBucket(before: number): void {
    const values = this.valuesByCount;
    values.set(before + 1, (values.get(before + 1) ?? 0) + 1);
    if (before === 0) {
      this.smallestCount = 1;
      return;
    }
    const left = values.get(before)! - 1;
    if (left > 0) values.set(before, left);
    else values.delete(before);
    if (left === 0 && before === this.smallestCount) this.smallestCount = before + 1;
  }
}
