/**
 * How many placed instances have each value of one field. Kept in step with them, so that no constraint ever walks the
 * instances.
 */
export class ValueCounts {
  /** Placed instances, also those without the field. */
  private placed = 0;
  /** In the order in which the values came into use. */
  private readonly counts = new Map<string | undefined, number>();
  /** How many values there are of each count. */
  private readonly valuesByCount = new Map<number, number>();
  private smallestCount = 0;
  /** By base: the sum over all values of what exceeds the base. */
  private readonly excess = new Map<number, number>();

  get total(): number {
    return this.placed;
  }

  /** The value that has been in use longest: that of the first placed instance; meaningful if `total` > 0. */
  get first(): string | undefined {
    for (const value of this.counts.keys()) return value;
    return undefined;
  }

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
    const before = this.countOf(value);
    this.placed += 1;
    this.counts.set(value, before + 1);
    for (const [base, sum] of this.excess) if (before >= base) this.excess.set(base, sum + 1);
    this.moveValue(before, before + 1);
  }

  /** One instance less; it had been added with the same value. */
  remove(value: string | undefined): void {
    const before = this.countOf(value);
    if (before === 0) return;
    this.placed -= 1;
    if (before === 1) this.counts.delete(value);
    else this.counts.set(value, before - 1);
    for (const [base, sum] of this.excess) if (before > base) this.excess.set(base, sum - 1);
    this.moveValue(before, before - 1);
  }

  private moveValue(before: number, after: number): void {
    const values = this.valuesByCount;
    if (after > 0) values.set(after, (values.get(after) ?? 0) + 1);
    if (before > 0) {
      const left = values.get(before)! - 1;
      if (left > 0) values.set(before, left);
      else values.delete(before);
    }
    if (after > 0 && (this.smallestCount === 0 || after < this.smallestCount)) this.smallestCount = after;
    else if (!values.has(this.smallestCount)) this.smallestCount = smallestOf(values.keys());
  }
}

/** Counts differ by little where values are kept in balance, so there are few to look at. */
function smallestOf(counts: Iterable<number>): number {
  let smallest = 0;
  for (const count of counts) if (smallest === 0 || count < smallest) smallest = count;
  return smallest;
}
