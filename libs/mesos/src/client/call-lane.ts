import type { CallResult } from './call-result.js';
import type { Clock } from './clock.js';
import { Fifo } from './fifo.js';

/** A call that waits for its turn. */
export interface QueuedCall {
  type: string;
  body: string;
  settle: (result: CallResult) => void;
}

/**
 * Calls in the order in which they were made, at most `concurrency` of them on their way. With a concurrency of one
 * the master sees them in that order (`spec/mesos-client.md §1`, "Ordering").
 */
export class CallLane {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #send: (call: QueuedCall, done: (result: CallResult) => void) => void;
  readonly #waiting = new Fifo<QueuedCall>();
  #underWay = 0;
  #closedBecause: string | undefined;
  #cancelPause: (() => void) | undefined;

  /** `send` calls `done` once. No promises here: two acknowledgements go this way for every task that starts. */
  constructor(
    clock: Clock,
    concurrency: number,
    send: (call: QueuedCall, done: (result: CallResult) => void) => void,
  ) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#send = send;
  }

  push(call: QueuedCall): void {
    if (this.#closedBecause !== undefined) {
      return call.settle({ outcome: 'stale', reason: this.#closedBecause });
    }
    this.#waiting.push(call);
    this.#pump();
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
      const call = this.#waiting.shift();
      if (call === undefined) {
        return;
      }
      this.#underWay += 1;
      this.#send(call, (result) => {
        call.settle(result);
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }
}
