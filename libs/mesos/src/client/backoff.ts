/** Doubling waits with full jitter (`spec/mesos-client.md §6.5`). */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #stepMs: number;

  /** @param limits.random uniform in [0, 1). */
  constructor(limits: { initialMs: number; maxMs: number; random: () => number }) {
    this.#initialMs = limits.initialMs;
    this.#maxMs = limits.maxMs;
    this.#random = limits.random;
    this.#stepMs = limits.initialMs;
  }

  /** Between nothing and the present step; the step doubles up to the maximum. */
  nextDelayMs(): number {
    const delayMs = this.#random() * this.#stepMs;
    this.#stepMs = Math.min(this.#stepMs * 2, this.#maxMs);
    return delayMs;
  }

  /** The full maximum, for failures that only a person can mend. */
  maximumDelayMs(): number {
    this.#stepMs = this.#maxMs;
    return this.#maxMs;
  }

  reset(): void {
    this.#stepMs = this.#initialMs;
  }
}
