import type { Defer } from '../link/link.js';

/** Deliveries in one turn of the event loop, so that sockets get their turn. */
const PER_TURN = 1_000;

/** Runs deliveries of all links of a simulation one after another in the next turn, without a timer for each. */
export class Courier {
  private waiting: (() => void)[] = [];
  private next = 0;
  private isScheduled = false;

  readonly defer: Defer = (deliver) => {
    this.waiting.push(deliver);
    this.schedule();
  };

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.run());
  }

  private run(): void {
    this.isScheduled = false;
    const end = Math.min(this.waiting.length, this.next + PER_TURN);
    while (this.next < end) {
      const deliver = this.waiting[this.next]!;
      this.next += 1;
      deliver();
    }
    if (this.next < this.waiting.length) this.schedule();
    else {
      this.waiting = [];
      this.next = 0;
    }
  }
}
