import type { Target } from './target.js';

/** Lets so many probes run at a time; the others wait in the order in which they came. */
export class ProbeQueue {
  private waiting: Target[] = [];
  private next = 0;
  private running = 0;

  constructor(
    private readonly limit: number,
    /** Never rejects. */
    private readonly carryOut: (target: Target) => Promise<void>,
  ) {}

  get active(): number {
    return this.running;
  }

  add(target: Target): void {
    if (this.running < this.limit) return this.run(target);
    this.waiting.push(target);
  }

  private run(target: Target): void {
    this.running += 1;
    void this.follow(target);
  }

  private async follow(target: Target): Promise<void> {
    await this.carryOut(target);
    this.running -= 1;
    this.runNext();
  }

  private runNext(): void {
    const target = this.waiting[this.next];
    if (target === undefined) return;
    this.next += 1;
    if (this.next === this.waiting.length) {
      this.waiting = [];
      this.next = 0;
    }
    this.run(target);
  }
}
