const OPEN = 0;
const INSIDE = 1;
const SHUT = 2;

/**
 * Between a thread that uses the database driver and the end of its process. `process.exit` stops threads where they are,
 * and the driver ends the process with an abort when that is in the middle of its work: so the end waits until the thread
 * is out of the driver, and lets it in no more.
 */
export class ExitGate {
  readonly #cell: Int32Array;

  /** The second thread makes its own object of the `memory` of the first. */
  constructor(readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#cell = new Int32Array(memory);
  }

  /**
   * Does work that must not be cut off, and none of which passes the gate again. Once the gate is shut this does not
   * return: the process is about to end.
   */
  pass<T>(work: () => T): T {
    if (Atomics.compareExchange(this.#cell, 0, OPEN, INSIDE) === SHUT) Atomics.wait(this.#cell, 0, SHUT);
    try {
      return work();
    } finally {
      Atomics.store(this.#cell, 0, OPEN);
      Atomics.notify(this.#cell, 0);
    }
  }

  /** Shuts the gate, once nobody is inside or after `timeoutMs`. */
  shut(timeoutMs: number): void {
    const endMs = performance.now() + timeoutMs;
    while (Atomics.compareExchange(this.#cell, 0, OPEN, SHUT) === INSIDE) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0 || Atomics.wait(this.#cell, 0, INSIDE, leftMs) === 'timed-out') return;
    }
  }

  /** An object all of whose methods do their work behind the gate; they must be synchronous. */
  guard<T extends object>(open: () => T): T {
    const target = this.pass(open);
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown =>
          this.pass(() => Reflect.apply(member, target, args) as unknown);
      },
    });
  }
}
