import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ExitGate, threadProgram } from '#event-log';
import type { PastReply, PastRequest, PastThreadStart } from './messages.js';
import { PastUnavailableError } from './past-unavailable-error.js';
import type { Asked, Outcome } from './question.js';

/** How long the end of the process waits for a read under way. */
const EXIT_WAIT_MS = 5000;

/** How long the thread may take to end by itself. */
const CLOSE_WAIT_MS = 1000;

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

export interface PastThreadOptions {
  /** The file of the log. */
  readonly path: string;
  readonly onWarning: (text: string) => void;
  /** Checkpoints are made, and the next one is due at this position. */
  readonly onCheckpoints: (dueAt: number) => void;
  /** The thread is gone, whatever the reason. */
  readonly onEnd: () => void;
}

const YOUNG_GENERATION_MB = 16;

/** The thread that looks into the past, seen from the one that asks. It does not keep the process running. */
export class PastThread {
  private readonly worker: Worker;
  private readonly gate = new ExitGate();
  private readonly waiting = new Map<number, Waiting>();
  private readonly exit: Promise<void>;
  private asked = 0;
  private causeOfDeath: Error | undefined;

  constructor(private readonly options: PastThreadOptions) {
    const { path } = options;
    this.worker = new Worker(threadProgram('thread-main.js', import.meta.url), {
      name: 'past',
      workerData: {
        path,
        checkpoints: `${path}.checkpoints`,
        gateMemory: this.gate.memory,
      } satisfies PastThreadStart,
      // What the process was started with (loaders, `--input-type`) is not meant for this program.
      execArgv: [],
      // It works in the background: how fast it collects its garbage matters less than the room that takes.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.worker.unref();
    this.worker.on('message', (reply: PastReply) => this.take(reply));
    this.worker.on('error', (error: unknown) => {
      this.causeOfDeath = error instanceof Error ? error : new Error(String(error));
    });
    process.on('exit', this.shutGate);
    this.exit = new Promise((resolve) => {
      this.worker.on('exit', () => {
        process.off('exit', this.shutGate);
        this.end();
        resolve();
      });
    });
  }

  /** How many questions wait for an answer. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Rejects with {@link PastUnavailableError} when the log cannot be read, or the thread ends before it has answered. */
  ask(asked: Asked): Promise<Outcome> {
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.post({ kind: 'ask', id, asked });
    });
  }

  /** Has checkpoints made up to a position, in the background. Not to be called again before that is done. */
  makeCheckpoints(head: number): void {
    this.post({ kind: 'make-checkpoints', head });
  }

  /** Ends the thread, whatever it is at. */
  async close(): Promise<void> {
    this.post({ kind: 'close' });
    const limit = new AbortController();
    const late = delay(CLOSE_WAIT_MS, undefined, { signal: limit.signal }).then(() => this.cutOff());
    // The limit is called off when the thread has ended in time.
    await Promise.race([this.exit, late.catch(() => undefined)]);
    limit.abort();
    await this.exit;
  }

  /** A long way through the log is not waited for. */
  private async cutOff(): Promise<void> {
    this.shutGate();
    await this.worker.terminate();
  }

  private readonly shutGate = (): void => this.gate.shut(EXIT_WAIT_MS);

  private post(request: PastRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have an origin
    this.worker.postMessage(request);
  }

  private take(reply: PastReply): void {
    switch (reply.kind) {
      case 'outcome':
        return this.settle(reply.id, ({ resolve }) => resolve(withBody(reply.outcome, reply.body)));
      case 'failed':
        return this.settle(reply.id, ({ reject }) => reject(failureIn(reply)));
      case 'checkpoints-made':
        return this.options.onCheckpoints(reply.dueAt);
      case 'warning':
        return this.options.onWarning(reply.text);
    }
  }

  private settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting !== undefined) how(waiting);
  }

  private end(): void {
    const reason = this.causeOfDeath === undefined ? '' : `: ${this.causeOfDeath.message}`;
    const error = new PastUnavailableError(`the thread that looks into the past has ended${reason}`);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    if (this.causeOfDeath !== undefined) this.options.onWarning(error.message);
    this.options.onEnd();
  }
}

const failureIn = ({ message, isUnavailable }: Extract<PastReply, { readonly kind: 'failed' }>): Error =>
  isUnavailable ? new PastUnavailableError(message) : new Error(message);

function withBody(outcome: Outcome, body: Uint8Array | undefined): Outcome {
  if (body === undefined) return outcome;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { ...outcome, answer: { ...outcome.answer, body: bytes } };
}
