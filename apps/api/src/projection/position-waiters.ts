interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** People who wait until a position is reached. */
export class PositionWaiters {
  private readonly waiting = new Set<Waiter>();

  /** How many wait. */
  get count(): number {
    return this.waiting.size;
  }

  /** Resolves once the position is reached; rejects when it never will be, or nobody waits any more. */
  add(position: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { position, resolve, reject };
      this.waiting.add(waiter);
      signal?.addEventListener('abort', () => this.giveUp(waiter, signal), { once: true });
      if (signal?.aborted === true) this.giveUp(waiter, signal);
    });
  }

  /** Lets go everybody who waits for `position` or an earlier one. */
  release(position: number): void {
    for (const waiter of this.waiting) {
      if (waiter.position > position) continue;
      this.waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** The positions will never be reached. */
  fail(error: Error): void {
    for (const waiter of this.waiting) waiter.reject(error);
    this.waiting.clear();
  }

  private giveUp(waiter: Waiter, { reason }: AbortSignal): void {
    this.waiting.delete(waiter);
    waiter.reject(reason instanceof Error ? reason : new Error(String(reason)));
  }
}
