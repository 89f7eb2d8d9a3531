import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchHandler, StoredEvent, Subscription } from '../port.js';

/** Where deliveries come from: durable events only. */
export interface DeliverySource {
  head(): number;
  /** Whole batches above `after`: one page of them, or a single bigger batch. */
  readBatches(after: number): readonly StoredEvent[];
}

/**
 * The subscribers of one log. Live events take the same way as old ones: each subscriber reads the log from its own
 * position and sleeps at the head, so there is no seam between catching up and following, and nothing to buffer.
 */
export class Subscriptions {
  readonly #source: DeliverySource;
  readonly #active = new Set<Delivery>();

  constructor(source: DeliverySource) {
    this.#source = source;
  }

  subscribe(after: number, handler: BatchHandler): Subscription {
    const delivery = new Delivery(this.#source, after, handler);
    this.#active.add(delivery);
    void delivery.ended.then(() => this.#active.delete(delivery));
    return delivery;
  }

  /** The head has moved. */
  wake(): void {
    for (const delivery of this.#active) delivery.wake();
  }

  /** Ends all deliveries without waiting for their handlers: one of them may be waiting for the log to close. */
  close(): void {
    for (const delivery of this.#active) void delivery.close();
  }
}

class Delivery implements Subscription {
  readonly ended: Promise<Error | undefined>;
  readonly #source: DeliverySource;
  readonly #handler: BatchHandler;
  #position: number;
  #closed = false;
  #wakeUp: (() => void) | undefined;

  constructor(source: DeliverySource, after: number, handler: BatchHandler) {
    this.#source = source;
    this.#position = after;
    this.#handler = handler;
    this.ended = this.#run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  }

  wake(): void {
    this.#wakeUp?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.wake();
    await this.ended;
  }

  async #run(): Promise<void> {
    // Also keeps the handler from being called before `subscribe` has returned.
    await nextTurn();
    while (!this.#closed) {
      if (this.#isBehind()) await this.#deliver();
      else await this.#sleep();
    }
  }

  #isBehind(): boolean {
    return this.#source.head() > this.#position;
  }

  async #deliver(): Promise<void> {
    const batch = this.#source.readBatches(this.#position);
    await this.#handler(batch);
    this.#position += batch.length;
    // Catching up leaves room for others; at the head the next delivery waits for a flush anyway.
    if (this.#isBehind()) await nextTurn();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }
}
