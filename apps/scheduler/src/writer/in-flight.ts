/** So many batches may be on their way to the log: it limits what a log on other machines takes in at a time. */
const MAX_BATCHES = 32;

/**
 * And so many events, which is what two flushes of a log on this machine take. All that is on its way is held in memory, and
 * the longer it is held, the more it costs the garbage collector.
 */
const MAX_EVENTS = 8192;

/** What is on its way to the log. */
export class InFlight {
  private batches = 0;
  private events = 0;

  /** Whether nothing more had better be decided for the moment. */
  get isFull(): boolean {
    return this.batches >= MAX_BATCHES || this.events >= MAX_EVENTS;
  }

  get isEmpty(): boolean {
    return this.batches === 0;
  }

  /** A batch of so many events sets out. */
  begin(events: number): void {
    this.batches += 1;
    this.events += events;
  }

  /** It has arrived. */
  end(events: number): void {
    this.batches -= 1;
    this.events -= events;
  }
}
