/** How many consumed entries may stay at the front before they are cut off. */
const CONSUMED_SLACK = 64;

/** First in, first out, in amortised constant time: `Array.shift` moves every element that is left. */
export class Fifo<T> {
  #entries: T[] = [];
  #next = 0;

  push(entry: T): void {
    this.#entries.push(entry);
  }

  shift(): T | undefined {
    const entry = this.#entries[this.#next];
    if (entry === undefined) {
      this.takeAll();
      return undefined;
    }
    this.#next += 1;
    if (this.#next > CONSUMED_SLACK && this.#next * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#next);
      this.#next = 0;
    }
    return entry;
  }

  /** Empties the queue and returns what was in it. */
  takeAll(): T[] {
    const left = this.#entries.slice(this.#next);
    this.#entries = [];
    this.#next = 0;
    return left;
  }
}
