/** Time as the client needs it, so that tests can hold it in their hands. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start. */
  now(): number;
  /** Runs `callback` once after `delayMs`, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
  /**
   * Runs `callback` after the sockets have been read once. A process that wakes up from a pause finds its timers
   * due before it has seen the data that arrived meanwhile (`spec/mesos-client.md §6.4`).
   */
  afterIo(callback: () => void): void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  afterIo(callback) {
    // Timers run before the poll phase and immediates after it; the second one follows a whole poll phase
    // wherever the first was scheduled from.
    setImmediate(() => setImmediate(callback));
  },
};
