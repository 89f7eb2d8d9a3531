interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** People who wait until a position is reached. */
export class PositionWaiters {
  private waiting: Waiter[] = [];

  add(position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ position, resolve, reject });
    });
  }

  /** Lets go everybody who waits for `position` or an earlier one. */
  release(position: number): void {
    if (this.waiting.length === 0) return;
    const later: Waiter[] = [];
    for (const waiter of this.waiting) {
      if (waiter.position <= position) waiter.resolve();
      else later.push(waiter);
    }
    this.waiting = later;
  }

  /** The positions will never be reached. */
  fail(error: Error): void {
    const { waiting } = this;
    this.waiting = [];
    for (const waiter of waiting) waiter.reject(error);
  }
}
