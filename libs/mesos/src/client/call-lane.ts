import type { CallResult } from './call-result.js';
import type { Clock } from './clock.js';
import { Fifo } from './fifo.js';

/** A call that waits for its turn. */
export interface QueuedCall {
  type: string;
  body: string;
}

interface Entry extends QueuedCall {
  settle: (result: CallResult) => void;
}

/**
 * Calls in the order in which they were made, at most `concurrency` of them on their way. With a concurrency of one
 * the master sees them in that order (`spec/mesos-client.md §1`, "Ordering").
 */
export class CallLane {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #send: (call: QueuedCall) => Promise<CallResult>;
  readonly #waiting = new Fifo<Entry>();
  #underWay = 0;
  #closedBecause: string | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(clock: Clock, concurrency: number, send: (call: QueuedCall) => Promise<CallResult>) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#send = send;
  }

  push(call: QueuedCall): Promise<CallResult> {
    if (this.#closedBecause !== undefined) {
      return Promise.resolve({ outcome: 'stale', reason: this.#closedBecause });
    }
    return new Promise((settle) => {
      this.#waiting.push({ ...call, settle });
      this.#pump();
    });
  }

  /** Starts no further call for a while. */
  pause(delayMs: number): void {
    this.#cancelPause?.();
    this.#cancelPause = this.#clock.after(delayMs, () => {
      this.#cancelPause = undefined;
      this.#pump();
    });
  }

  /** Calls that have not been started are stale; those under way end by themselves. */
  close(reason: string): void {
    this.#closedBecause = reason;
    this.#cancelPause?.();
    for (const { settle } of this.#waiting.takeAll()) {
      settle({ outcome: 'stale', reason });
    }
  }

  #pump(): void {
    while (this.#underWay < this.#concurrency && this.#cancelPause === undefined) {
      const entry = this.#waiting.shift();
      if (entry === undefined) {
        return;
      }
      this.#underWay += 1;
      void this.#perform(entry);
    }
  }

  async #perform(entry: Entry): Promise<void> {
    entry.settle(await this.#send(entry));
    this.#underWay -= 1;
    this.#pump();
  }
}
