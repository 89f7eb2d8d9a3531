const IDLE = 0;
const BUSY = 1;

/** A flag that two threads see: one raises it when it hands over work, the other lowers it when that is done. */
export class BusyFlag {
  readonly #cell: Int32Array;

  /** The second thread makes its own object of the `memory` of the first. */
  constructor(readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#cell = new Int32Array(memory);
  }

  raise(): void {
    Atomics.store(this.#cell, 0, BUSY);
  }

  lower(): void {
    Atomics.store(this.#cell, 0, IDLE);
    Atomics.notify(this.#cell, 0);
  }

  /** Holds up the calling thread until the flag is down, at most for `timeoutMs`. */
  waitUntilLowered(timeoutMs: number): void {
    Atomics.wait(this.#cell, 0, BUSY, timeoutMs);
  }
}
