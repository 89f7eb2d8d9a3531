/** A number that goes up and down: set from outside, or read when somebody asks. */
export class Gauge {
  private current = 0;
  private read: (() => number) | undefined;

  set(value: number): void {
    this.current = value;
  }

  add(delta: number): void {
    this.current += delta;
  }

  /** From now on the value is what `read` answers at the time of reading. */
  readFrom(read: () => number): void {
    this.read = read;
  }

  get value(): number {
    const value = this.read === undefined ? this.current : this.read();
    return Number.isFinite(value) ? value : 0;
  }
}
