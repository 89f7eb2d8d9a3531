/** One place to wait at, for a time or for news. */
export class Pause {
  private waiting: { readonly resolve: () => void; readonly isIdle: boolean } | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** Waits until woken; with a time no longer than that. `isIdle`: for new events, too. */
  wait({ forMs, isIdle }: { readonly forMs?: number; readonly isIdle: boolean }): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = { resolve, isIdle };
      if (forMs === undefined) return;
      this.timer = setTimeout(() => this.end(), forMs);
      this.timer.unref();
    });
  }

  /** There are new events. */
  news(): void {
    if (this.waiting?.isIdle === true) this.end();
  }

  /** Ends the wait, whatever it is for. */
  end(): void {
    clearTimeout(this.timer);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve();
  }
}
