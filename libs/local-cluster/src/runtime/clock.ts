/** A pending alarm. Cancelling twice, or after it rang, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time in the cluster (spec/local-cluster.md P3). */
export interface Clock {
  /** How much faster than everybody else's it goes, if it does; 0 while it stands still. */
  readonly rate?: number;
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Runs `action` once in a later turn, not before `delayMs` have passed. */
  schedule(delayMs: number, action: () => void): Timer;
}

/** Node's timers overflow above this delay and would ring at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Wall clock and Node's timers, without their 24-day limit; pending alarms do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  schedule: (delayMs, action) => {
    if (delayMs <= 0) {
      const immediate = setImmediate(action);
      return { cancel: () => clearImmediate(immediate) };
    }
    let timeout: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const stepMs = Math.min(remainingMs, LONGEST_TIMEOUT_MS);
      timeout = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : action()), stepMs);
      timeout.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
};
