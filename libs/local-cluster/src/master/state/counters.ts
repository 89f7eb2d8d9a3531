/** Monotonic counters by metric name (spec/local-cluster.md §24). */
export class Counters {
  private readonly values = new Map<string, number>();

  increment(name: string, by = 1): void {
    this.values.set(name, (this.values.get(name) ?? 0) + by);
  }

  entries(): IterableIterator<[string, number]> {
    return this.values.entries();
  }
}
