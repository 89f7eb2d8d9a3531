import { Fifo } from './fifo.js';

/** What the queue does with its records. */
export interface EventQueueConsumer {
  /** One record at a time; the next follows when the promise has settled. */
  deliver(record: Buffer): void | Promise<void>;
  /** The handler threw or rejected: nothing more is delivered. */
  failed(error: unknown): void;
}

/**
 * Received and not yet handled records, in order, one outstanding. Reading never waits for handling, for
 * heartbeats come through the same stream; the queue is bounded by bytes instead (`spec/mesos-client.md §3`).
 */
export class EventQueue {
  readonly #consumer: EventQueueConsumer;
  readonly #maxBytes: number;
  readonly #records = new Fifo<Buffer>();
  #bytes = 0;
  #delivering = false;
  #discarded = false;
  #whenDrained: (() => void) | undefined;

  constructor(consumer: EventQueueConsumer, maxBytes: number) {
    this.#consumer = consumer;
    this.#maxBytes = maxBytes;
  }

  /** @returns false if the record does not fit any more. A record alone always fits. */
  push(record: Buffer): boolean {
    if (this.#discarded) {
      return true;
    }
    if (this.#bytes > 0 && this.#bytes + record.length > this.#maxBytes) {
      return false;
    }
    this.#records.push(record);
    this.#bytes += record.length;
    void this.#run();
    return true;
  }

  /** Calls back once everything that was pushed has been handled. */
  drain(whenDrained: () => void): void {
    this.#whenDrained = whenDrained;
    void this.#run();
  }

  /** Forgets what is left; neither the consumer nor the drain callback is called again. */
  discard(): void {
    this.#discarded = true;
    this.#records.takeAll();
    this.#whenDrained = undefined;
  }

  async #run(): Promise<void> {
    if (this.#delivering) {
      return;
    }
    this.#delivering = true;
    try {
      for (let record = this.#records.shift(); record !== undefined; record = this.#records.shift()) {
        const handled = this.#consumer.deliver(record);
        if (handled !== undefined) {
          await handled;
        }
        this.#bytes -= record.length;
      }
    } catch (error) {
      const wasDiscarded = this.#discarded;
      this.discard();
      if (!wasDiscarded) {
        this.#consumer.failed(error);
      }
    }
    this.#delivering = false;
    const whenDrained = this.#whenDrained;
    this.#whenDrained = undefined;
    whenDrained?.();
  }
}
