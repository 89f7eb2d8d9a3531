import { Worker } from 'node:worker_threads';
import { ExitGate, threadProgram } from '#event-log';
import { HistoryUnavailableError } from '../port.js';
import type { HistoryStart, Question, Reply } from './messages.js';

/** Who waits for an answer. */
interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** So many questions may wait; who comes then is sent away rather than kept. */
const MOST_QUESTIONS = 1000;

/** How long the end of the process waits for the thread to be out of the driver. */
const EXIT_WAIT_MS = 5000;

const YOUNG_GENERATION_MB = 16;

/** The thread of the history, seen from those that ask. It does not keep the process running, except to answer. */
export class HistoryThread {
  readonly #worker: Worker;
  readonly #exit: Promise<void>;
  readonly #gate = new ExitGate();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended = false;
  #causeOfDeath: unknown;

  constructor(start: Omit<HistoryStart, 'gateMemory'>) {
    this.#worker = new Worker(threadProgram('thread-main.js', import.meta.url), {
      name: 'history',
      workerData: { ...start, gateMemory: this.#gate.memory } satisfies HistoryStart,
      // What the process was started with (loaders, `--input-type`) is not meant for this program.
      execArgv: [],
      // It works in the background: how fast it collects its garbage matters less than the room that takes.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#causeOfDeath = error;
    });
    process.on('exit', this.#shutGate);
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        process.off('exit', this.#shutGate);
        this.#end();
        resolve();
      });
    });
  }

  /** True once the thread is gone. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @throws {HistoryUnavailableError} the thread has ended, or too many wait already. */
  ask(method: Question['method'], args: readonly unknown[]): Promise<unknown> {
    if (this.#waiting.size >= MOST_QUESTIONS && method !== 'close') {
      throw new HistoryUnavailableError(
        'Too many questions about the history wait for an answer; try again soon',
      );
    }
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#deathNotice());
      const id = (this.#asked += 1);
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, method, args } satisfies Question);
    });
  }

  /** Lets the thread finish what it was asked, and end. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.ask('close', []).catch(() => undefined);
    this.#worker.ref();
    await this.#exit;
  }

  readonly #shutGate = (): void => this.#gate.shut(EXIT_WAIT_MS);

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (reply.ok) waiting?.resolve(reply.value);
    else
      waiting?.reject(
        reply.isUnavailable ? new HistoryUnavailableError(reply.message) : new Error(reply.message),
      );
  }

  #end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#deathNotice());
    this.#waiting.clear();
  }

  #deathNotice(): HistoryUnavailableError {
    const cause = this.#causeOfDeath;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return new HistoryUnavailableError(`The thread of the history has ended${reason}; try again`, { cause });
  }
}
