import type { ServerResponse } from 'node:http';
import type { Parcel } from './parcel.js';

/** How much may wait for one reader (`spec/operations.md` §2.3). */
export interface StreamLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Told by connections about themselves. */
export interface StreamObserver {
  /** Bytes were handed to a reader, by the count of the frames. */
  readonly sent: (countedBytes: number) => void;
  /** A reader was too slow and is cut off. */
  readonly tooSlow: () => void;
}

/**
 * One subscriber. Writes to the socket itself: parcels are framed already, once for all who get them. While the socket
 * has more than it likes to hold, parcels wait in a bounded queue. What the socket holds does not count, so a burst
 * cannot cut a reader that keeps up.
 */
export class StreamConnection {
  /** How many pieces of what waits in its channel are older than its membership. */
  skip = 0;
  private queue: Parcel[] = [];
  private queuedMessages = 0;
  private queuedBytes = 0;
  private ended = false;
  private idleWaiters: (() => void)[] = [];
  /** The response itself as long as another answer has the socket. */
  private readonly sink: NonNullable<ServerResponse['socket']> | ServerResponse;
  private readonly framesChunks: boolean;

  constructor(
    private readonly response: ServerResponse,
    private readonly limits: StreamLimits,
    private readonly observer: StreamObserver,
  ) {
    this.sink = response.socket ?? response;
    this.framesChunks = this.sink !== response && response.chunkedEncoding;
    this.sink.on('drain', () => this.drain());
    response.once('close', () => this.finish());
    response.once('error', () => this.cut());
  }

  get closed(): boolean {
    return this.ended;
  }

  /** Passes on a parcel, or cuts the reader off if too much waits for it already. */
  deliver(parcel: Parcel): void {
    if (this.ended) return;
    if (!this.isBusy) return this.write(parcel);
    const isFull =
      this.queuedMessages + parcel.messages > this.limits.messages ||
      this.queuedBytes + this.sink.writableLength >= this.limits.bytes;
    if (isFull) {
      this.observer.tooSlow();
      return this.cut();
    }
    this.queue.push(parcel);
    this.queuedMessages += parcel.messages;
    this.queuedBytes += parcel.bytes.length;
  }

  /** Something that need not arrive if anything else is on its way. */
  nudge(parcel: Parcel): void {
    if (!this.ended && !this.isBusy) this.write(parcel);
  }

  /** Resolves when nothing waits to be sent, or the connection has ended. */
  idle(): Promise<void> {
    if (this.ended || !this.isBusy) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Ends the stream politely, behind everything that waits. */
  end(): void {
    if (!this.ended) for (const parcel of this.queue.splice(0)) this.write(parcel);
    this.response.end();
    this.finish();
  }

  private get isBusy(): boolean {
    return this.queue.length > 0 || this.sink.writableNeedDrain;
  }

  private write(parcel: Parcel): void {
    this.observer.sent(parcel.countedBytes);
    this.sink.write(this.framesChunks ? parcel.asChunk : parcel.bytes);
  }

  private drain(): void {
    while (!this.ended && !this.sink.writableNeedDrain) {
      const parcel = this.queue.shift();
      if (parcel === undefined) return this.releaseIdle();
      this.queuedMessages -= parcel.messages;
      this.queuedBytes -= parcel.bytes.length;
      this.write(parcel);
    }
  }

  private cut(): void {
    this.response.destroy();
    this.finish();
  }

  private finish(): void {
    this.ended = true;
    this.queue = [];
    this.releaseIdle();
  }

  private releaseIdle(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
