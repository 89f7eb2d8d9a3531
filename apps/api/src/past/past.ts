import type { EventLog } from '#event-log';
import type { Logger } from '#observability';
import type { Projection } from '../projection/projection.js';
import { errorAnswer, type Answer } from '../wire/answer.js';
import { answerQuestion } from './answer-question.js';
import { Archive } from './archive.js';
import { CHECKPOINT_INTERVAL } from './checkpoint-maker.js';
import { sourceOf } from './event-source.js';
import { PastThread } from './past-thread.js';
import { PastUnavailableError } from './past-unavailable-error.js';
import type { Asked, Outcome, Question } from './question.js';

/** A thread that nobody has needed for so long ends, and gives its memory back. */
const IDLE_MS = 60_000;

/** The start of a process has other things to do than checkpoints. */
const SETTLING_MS = 5_000;

/** How many questions may wait for their turn. */
const MOST_WAITING = 64;

const TOO_MANY: Answer = {
  ...errorAnswer(503, `Too many reads of the past wait already. Allowed: ${MOST_WAITING}.`),
  headers: { 'Retry-After': '1' },
};

export interface PastParts {
  readonly log: EventLog;
  readonly projection: Pick<Projection, 'position' | 'observe'>;
  readonly logger: Logger;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
  readonly listedVersions: number;
}

/**
 * Everything that reads former states (`spec/operations.md` §18.3). They are folded and printed by a thread of their own,
 * which runs while it is needed; of a log in memory, by this one.
 */
export class Past {
  private thread: PastThread | undefined;
  private here: Archive | undefined;
  private lastHere: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;
  /** Position at which the next checkpoint is due; unknown to begin with. */
  private checkpointDueAt = Infinity;
  private makesCheckpoints = false;
  private closed = false;

  constructor(private readonly parts: PastParts) {}

  /** Begins to keep checkpoints of a log that has a file. */
  start(): void {
    const { log, projection } = this.parts;
    if (log.file === undefined) return;
    this.settling = setTimeout(() => {
      this.checkpointDueAt = CHECKPOINT_INTERVAL;
      this.makeCheckpointsIfDue();
    }, SETTLING_MS).unref();
    projection.observe(() => this.makeCheckpointsIfDue());
  }

  /** Answers a question; rejects when the log cannot be read. */
  async ask(question: Question): Promise<Outcome> {
    const { projection, nowMs, listedVersions, log } = this.parts;
    const present = { position: projection.position, nowMs: nowMs() };
    const asked: Asked = { question, present, listedVersions };
    if (log.file === undefined) return this.askHere(asked);
    const thread = this.running(log.file);
    if (thread.waitingCount >= MOST_WAITING) return { answer: TOO_MANY };
    try {
      return await thread.ask(asked);
    } finally {
      this.restFrom(thread);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.settling);
    clearTimeout(this.idle);
    await this.thread?.close();
    await this.lastHere;
  }

  private askHere(asked: Asked): Promise<Outcome> {
    const archive = (this.here ??= new Archive(sourceOf(this.parts.log)));
    const outcome = this.lastHere.then(() => answerQuestion(archive, asked));
    this.lastHere = outcome.catch(() => undefined);
    return outcome;
  }

  private makeCheckpointsIfDue(): void {
    const { log, projection } = this.parts;
    if (this.closed || this.makesCheckpoints || log.file === undefined) return;
    if (projection.position < this.checkpointDueAt) return;
    try {
      this.running(log.file).makeCheckpoints(projection.position);
      this.makesCheckpoints = true;
    } catch (error) {
      // Whoever follows the log is not to be stopped by what is only convenient.
      this.checkpointDueAt = projection.position + CHECKPOINT_INTERVAL;
      this.parts.logger.warn({ error: String(error) }, 'no checkpoints can be made');
    }
  }

  private running(path: string): PastThread {
    if (this.closed) throw new PastUnavailableError('this node is stopping');
    clearTimeout(this.idle);
    return (this.thread ??= this.started(path));
  }

  private started(path: string): PastThread {
    const thread: PastThread = new PastThread({
      path,
      onWarning: (text) => this.parts.logger.warn({}, text),
      onCheckpoints: (dueAt) => {
        this.makesCheckpoints = false;
        this.checkpointDueAt = dueAt;
        this.makeCheckpointsIfDue();
        this.restFrom(thread);
      },
      onEnd: () => this.ended(thread),
    });
    return thread;
  }

  private ended(thread: PastThread): void {
    if (this.thread !== thread) return;
    this.thread = undefined;
    if (!this.makesCheckpoints) return;
    // Those that it was at are made later, by another one.
    this.makesCheckpoints = false;
    this.checkpointDueAt = this.parts.projection.position + CHECKPOINT_INTERVAL;
  }

  /** Ends the thread when it has had nothing to do for a while. */
  private restFrom(thread: PastThread): void {
    if (this.closed || this.makesCheckpoints || thread.waitingCount > 0) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      void thread.close();
    }, IDLE_MS).unref();
  }
}
