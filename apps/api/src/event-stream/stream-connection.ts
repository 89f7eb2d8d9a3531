import type { ServerResponse } from 'node:http';
import type { FrameGroup } from './frame.js';
import type { StreamRequest } from './stream-request.js';

/** How much may wait for one reader (`spec/operations.md` §2.3). */
export interface StreamLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Told by a connection about itself. */
export interface StreamObserver {
  /** Bytes were handed to the reader, by the count of the frames. */
  readonly sent: (countedBytes: number) => void;
  /** The reader was too slow and is cut off. */
  readonly tooSlow: () => void;
}

const HEARTBEAT = Buffer.from('\r\n');

/**
 * One subscriber. At most one write is under way; what comes meanwhile waits in a bounded queue and goes out as the
 * next write. The write under way does not count, so a burst cannot cut a reader that keeps up.
 */
export class StreamConnection {
  private queue: Buffer[] = [];
  private queuedBytes = 0;
  private writing = false;
  private ended = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly request: StreamRequest,
    private readonly limits: StreamLimits,
    private readonly observer: StreamObserver,
  ) {
    response.once('close', () => this.finish());
    response.once('error', () => this.cut());
  }

  get closed(): boolean {
    return this.ended;
  }

  /**
   * Passes on what the subscriber wants of some positions. Only the last of its frames of one position carries the
   * id: a reader cut off between two of them resumes before both and misses none.
   */
  deliver(groups: readonly FrameGroup[]): void {
    let countedBytes = 0;
    for (const group of groups) {
      const wanted = group.filter(({ event }) => this.request.accepts(event));
      for (const [index, frame] of wanted.entries()) {
        if (this.ended) return;
        const carriesId = this.request.withIds && index === wanted.length - 1;
        this.enqueue(carriesId ? frame.withId : frame.bytes);
        countedBytes += frame.countedBytes;
      }
    }
    if (countedBytes > 0) this.observer.sent(countedBytes);
    this.flush();
  }

  /** An empty line, unless bytes are on their way anyhow. */
  heartbeat(): void {
    if (this.writing || this.ended) return;
    this.queue.push(HEARTBEAT);
    this.flush();
  }

  /** Resolves when nothing waits to be sent, or the connection has ended. */
  idle(): Promise<void> {
    if (this.ended || (!this.writing && this.queue.length === 0)) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Ends the stream politely. */
  end(): void {
    this.response.end();
    this.finish();
  }

  private enqueue(chunk: Buffer): void {
    const waitingBytes = this.queuedBytes + this.response.writableLength;
    const full = this.queue.length >= this.limits.messages || waitingBytes >= this.limits.bytes;
    if (this.writing && full) {
      this.observer.tooSlow();
      this.cut();
      return;
    }
    this.queue.push(chunk);
    this.queuedBytes += chunk.length;
  }

  private flush(): void {
    if (this.writing || this.ended || this.queue.length === 0) return;
    const chunk = Buffer.concat(this.queue);
    this.queue = [];
    this.queuedBytes = 0;
    this.writing = true;
    this.response.write(chunk, (error) => {
      this.writing = false;
      if (error) return this.cut();
      this.flush();
      if (!this.writing) this.releaseIdle();
    });
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
