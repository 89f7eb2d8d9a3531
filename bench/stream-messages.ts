/** What the processes of the benchmark `stream` tell each other. Times are of the machine's monotonic clock, ms. */

/** To the server: put events on the log at an even pace. */
export interface Emit {
  readonly eventsPerSecond: number;
  readonly seconds: number;
}

/** From the server: that is done. */
export interface Emitted {
  /** Position of the first event. */
  readonly first: number;
  /** When each of them was durable. */
  readonly committedMs: readonly number[];
  /** Share of one processor that the server took meanwhile. */
  readonly processorShare: number;
  /** The longest time for which its main thread was not to be had. */
  readonly longestHoldMs: number;
}

/** To the clients: all events are on the log. Time to count. */
export type Count = Pick<Emitted, 'first' | 'committedMs'>;

/** From the clients: what arrived. */
export interface Counted {
  /** Deliveries that were to come, and those that came in their place: each once, in order. */
  readonly due: number;
  readonly arrived: number;
  /** Subscribers whose stream ended before its time. */
  readonly cut: number;
  /** Deliveries by their time from commit to arrival, in steps of 0.1 ms; the last one holds everything longer. */
  readonly latencies: readonly number[];
}

/** Steps of {@link Counted.latencies}. */
export const STEPS_PER_MS = 10;

/** The longest time told apart. */
export const LONGEST_MS = 10_000;

/** The clock that all processes of a machine share, ms. */
export const sharedClockMs = (): number => Number(process.hrtime.bigint()) / 1e6;
