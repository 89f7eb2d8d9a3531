import { Worker } from 'node:worker_threads';
import { threadProgram } from '../../threads/thread-program.js';
import { BusyFlag } from './busy-flag.js';
import type { WriteReply, WriteRequest, WriterStart, WritingOptions } from './messages.js';

/** How long the end of the process waits for a write under way: a disk that takes longer is not going to answer. */
const EXIT_WAIT_MS = 5000;

/** Who waits for the reply under way. */
interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * The thread that writes, seen from the one that asks. It keeps the process running only while it has something to do.
 */
export class WriterThread {
  readonly #worker: Worker;
  readonly #exit: Promise<void>;
  readonly #busy = new BusyFlag();
  #waiting: Waiting | undefined;
  #ended = false;
  #causeOfDeath: unknown;

  private constructor({ path, durability }: WritingOptions) {
    this.#busy.raise();
    this.#worker = new Worker(threadProgram('thread-main.js', import.meta.url), {
      name: 'event-log-writer',
      workerData: { path, durability, busyMemory: this.#busy.memory } satisfies WriterStart,
      // What the process was started with (loaders, `--input-type`) is not meant for this program.
      execArgv: [],
    });
    this.#worker.on('message', (reply: WriteReply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#causeOfDeath = error;
    });
    process.on('exit', this.#finishWrite);
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        process.off('exit', this.#finishWrite);
        this.#end();
        resolve();
      });
    });
  }

  /** Resolves when the thread has the file open; rejects with what the driver said, its `code` included. */
  static async start(options: WritingOptions): Promise<WriterThread> {
    const thread = new WriterThread(options);
    try {
      await thread.#reply();
      return thread;
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
  }

  /** True once the thread is gone, and its connection with it: what it had not committed is undone. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Resolves when the thread has done it. Not to be called before the last call has settled.
   *
   * @throws what the driver said, its `code` included; an error without code when the thread ended instead.
   */
  request(request: WriteRequest): Promise<void> {
    const reply = this.#reply();
    if (this.#ended) {
      this.#end();
    } else {
      this.#busy.raise();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have an origin
      this.#worker.postMessage(request);
    }
    return reply;
  }

  /** Lets the thread fold the journal and end. */
  async close(): Promise<void> {
    if (this.#ended) return;
    // Whether the journal could be folded makes no difference to what is on the log.
    await this.request({ kind: 'close' }).catch(() => undefined);
    this.#worker.ref();
    await this.#exit;
  }

  /**
   * `process.exit` stops threads where they are, and the driver ends the process with an abort when that is in the
   * middle of its work.
   */
  readonly #finishWrite = (): void => this.#busy.waitUntilLowered(EXIT_WAIT_MS);

  #reply(): Promise<void> {
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #settle(reply: WriteReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if (reply.ok) waiting?.resolve();
    else waiting?.reject(Object.assign(new Error(reply.message), { code: reply.code }));
  }

  #end(): void {
    this.#ended = true;
    const cause = this.#causeOfDeath;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    this.#waiting?.reject(new Error(`its writing thread has ended${reason}`, { cause }));
    this.#waiting = undefined;
  }
}
