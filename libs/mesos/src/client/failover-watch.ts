import type { Clock } from './clock.js';

/** Parts of the failover time-out after which an operator is told, and told again. */
const PARTS = [0.5, 0.75, 0.9, 1] as const;

/** Node's timers overflow above this delay. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export interface FailoverWatchSettings {
  readonly clock: Clock;
  /** Asked when a subscription ends: after this long without one the master kills all tasks; 0: nothing to watch. */
  readonly failoverTimeoutMs: () => number;
  readonly onDanger: (message: string) => void;
}

/**
 * Watches how long a framework has been without a master: from half of its failover time-out on somebody has to know
 * that its tasks are in danger (`spec/operations.md §17`).
 */
export class FailoverWatch {
  readonly #settings: FailoverWatchSettings;
  #cancelTimer: () => void = () => undefined;
  #isAway = false;

  constructor(settings: FailoverWatchSettings) {
    this.#settings = settings;
  }

  /** There is no subscription any more, or not yet. Repetitions change nothing. */
  away(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const { clock, failoverTimeoutMs } = this.#settings;
    const timeoutMs = failoverTimeoutMs();
    if (timeoutMs > 0) this.#wait(clock.now(), timeoutMs, 0);
  }

  /** There is a subscription, or nobody wants one. */
  back(): void {
    this.#isAway = false;
    this.#cancelTimer();
  }

  #wait(sinceMs: number, timeoutMs: number, part: number): void {
    const share = PARTS[part];
    if (share === undefined) return;
    const { clock, onDanger } = this.#settings;
    const remainingMs = sinceMs + timeoutMs * share - clock.now();
    this.#cancelTimer = clock.after(Math.min(Math.max(remainingMs, 0), LONGEST_WAIT_MS), () => {
      const isDue = remainingMs <= LONGEST_WAIT_MS;
      if (isDue) onDanger(messageOf(clock.now() - sinceMs, timeoutMs));
      this.#wait(sinceMs, timeoutMs, isDue ? part + 1 : part);
    });
  }
}

function messageOf(awayMs: number, timeoutMs: number): string {
  const [away, timeout] = [awayMs, timeoutMs].map((ms) => Math.round(ms / 1000));
  return (
    `no subscription with a Mesos master for ${away} s: a master that has not failed over meanwhile kills all tasks ` +
    `and removes the framework once --failover_timeout (${timeout} s) has passed`
  );
}
