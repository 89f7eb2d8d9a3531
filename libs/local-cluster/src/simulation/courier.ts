import type { Defer } from '../link/link.js';

/** Notifications in one turn of the event loop, so that sockets get their turn: some milliseconds of work. */
const PER_TURN = 512;

/** Runs deliveries of all links of a simulation one after another in the next turn, without a timer for each. */
export class Courier {
  private waiting: (() => number)[] = [];
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
    const end = this.waiting.length;
    for (let delivered = 0; this.next < end && delivered < PER_TURN;) {
      const deliver = this.waiting[this.next]!;
      this.next += 1;
      delivered += deliver();
    }
    if (this.next < this.waiting.length) this.schedule();
    else {
      this.waiting = [];
      this.next = 0;
    }
  }
}
