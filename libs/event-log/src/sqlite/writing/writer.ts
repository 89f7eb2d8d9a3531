import type { WriteRequest } from './messages.js';
import { WriterThread } from './writer-thread.js';

/** Sees to it that there is a writing thread: one that died is replaced when it is needed next. */
export class Writer {
  readonly #path: string;
  #thread: WriterThread;

  private constructor(path: string, thread: WriterThread) {
    this.#path = path;
    this.#thread = thread;
  }

  static async start(path: string): Promise<Writer> {
    return new Writer(path, await WriterThread.start(path));
  }

  /** As {@link WriterThread.request}; also rejects as {@link WriterThread.start} does. */
  async request(request: WriteRequest): Promise<void> {
    if (this.#thread.ended) this.#thread = await WriterThread.start(this.#path);
    await this.#thread.request(request);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
