/** Counts what happened since the process started. */
export class Counter {
  private total = 0;

  increment(by = 1): void {
    this.total += by;
  }

  get count(): number {
    return this.total;
  }
}
