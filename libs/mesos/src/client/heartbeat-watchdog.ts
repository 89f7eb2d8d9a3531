import type { Clock } from './clock.js';

/**
 * Declares a stream dead after a time of silence (`spec/mesos-client.md §6.4`). Any record is a sign of life.
 */
export class HeartbeatWatchdog {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: (silentMs: number) => void;
  #lastSignMs: number;
  #cancelTimer: () => void;
  #stopped = false;

  constructor(clock: Clock, limitMs: number, onSilence: (silentMs: number) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.#lastSignMs = clock.now();
    this.#cancelTimer = clock.after(limitMs, () => this.#expire());
  }

  signOfLife(): void {
    this.#lastSignMs = this.#clock.now();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  /** One timer per limit instead of one per record: it is armed anew for the remaining time. */
  #expire(): void {
    if (this.#remainingMs() > 0) {
      this.#rearm();
      return;
    }
    this.#clock.afterIo(() => {
      if (this.#stopped) {
        return;
      }
      if (this.#remainingMs() > 0) {
        this.#rearm();
      } else {
        this.stop();
        this.#onSilence(this.#clock.now() - this.#lastSignMs);
      }
    });
  }

  #rearm(): void {
    this.#cancelTimer = this.#clock.after(this.#remainingMs(), () => this.#expire());
  }

  #remainingMs(): number {
    return this.#lastSignMs + this.#limitMs - this.#clock.now();
  }
}
