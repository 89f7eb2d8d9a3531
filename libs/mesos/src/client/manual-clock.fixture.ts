import type { Clock } from './clock.js';

interface Timer {
  dueMs: number;
  callback: () => void;
}

/** A clock that only moves when told to. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: Timer[] = [];
  #afterIo: (() => void)[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  afterIo(callback: () => void): void {
    this.#afterIo.push(callback);
  }

  /** Waits that are armed, in milliseconds from now, shortest first. */
  get pendingMs(): number[] {
    return this.#timers.map(({ dueMs }) => dueMs - this.#nowMs).toSorted((left, right) => left - right);
  }

  /** Fires what becomes due on the way, in order; sockets count as read after each step. */
  advance(byMs: number): void {
    const targetMs = this.#nowMs + byMs;
    for (let next = this.#nextDue(targetMs); next !== undefined; next = this.#nextDue(targetMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#fire(next);
      this.readSockets();
    }
    this.#nowMs = targetMs;
  }

  /** The process slept: time has passed, timers are late, and nothing has been read yet. */
  sleep(byMs: number): void {
    this.#nowMs += byMs;
    for (let next = this.#nextDue(this.#nowMs); next !== undefined; next = this.#nextDue(this.#nowMs)) {
      this.#fire(next);
    }
  }

  /** Runs what waits for the sockets to have been read. */
  readSockets(): void {
    for (const callback of this.#afterIo.splice(0)) {
      callback();
    }
  }

  #nextDue(untilMs: number): Timer | undefined {
    const [first] = this.#timers.toSorted((left, right) => left.dueMs - right.dueMs);
    return first !== undefined && first.dueMs <= untilMs ? first : undefined;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.callback();
  }
}
