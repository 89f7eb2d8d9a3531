import type { WriteRequest, WritingOptions } from './messages.js';
import { WriterThread } from './writer-thread.js';

/** Sees to it that there is a writing thread: one that died is replaced when it is needed next. */
export class Writer {
  readonly #options: WritingOptions;
  #thread: WriterThread;

  private constructor(options: WritingOptions, thread: WriterThread) {
    this.#options = options;
    this.#thread = thread;
  }

  static async start(options: WritingOptions): Promise<Writer> {
    return new Writer(options, await WriterThread.start(options));
  }

  /** As {@link WriterThread.request}; also rejects as {@link WriterThread.start} does. */
  async request(request: WriteRequest): Promise<void> {
    if (this.#thread.ended) this.#thread = await WriterThread.start(this.#options);
    await this.#thread.request(request);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
