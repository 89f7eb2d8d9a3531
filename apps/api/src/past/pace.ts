import { setTimeout as delay } from 'node:timers/promises';

/** The share of one processor that work in the background takes. */
const DUTY = 0.2;

/** Keeps work in the background out of the way: after each slice it rests a multiple of what the slice took. */
export class Pace {
  private workingSinceMs = performance.now();

  /** A slice of work begins now; whatever was before does not count. */
  begin(): void {
    this.workingSinceMs = performance.now();
  }

  /** Rests after a slice of work; the next one begins when this resolves. */
  async rest(): Promise<void> {
    const workedMs = performance.now() - this.workingSinceMs;
    await delay(Math.max(1, workedMs * (1 / DUTY - 1)));
    this.begin();
  }
}
