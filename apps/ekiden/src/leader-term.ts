import type { Leadership } from '#api';
import { EXIT_CODES, type ExitCode } from '#configuration';
import type { CandidateListener, Coordination, LeadershipLoss } from '#coordination';
import type { Logger } from '#observability';
import type { Lead, Scheduler } from '#scheduler';
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodeFor, messageFor } from './exit-code-for.js';

/** Between the answer to `DELETE /v2/leader` and the end of the lead (`spec/operations.md` §6.4). */
const ABDICATION_DELAY_MS = 500;

/** So long a term may take to finish what it accepted. */
const FINISH_LIMIT_MS = 5000;

const EXIT_CODE_OF_LOSS: Readonly<Record<LeadershipLoss['reason'], ExitCode>> = {
  connection: EXIT_CODES.storeLost,
  session: EXIT_CODES.storeLost,
  duplicate: EXIT_CODES.leadershipFailed,
  withdrawn: EXIT_CODES.leadershipLost,
};

/** What a term needs of the process. */
export interface LeaderTermPorts {
  readonly logger: Logger;
  /** So long the store of the election may take to answer. */
  readonly electionTimeoutMs: number;
  /** The term is over and left, and with it the process: it should end with this code. Called once. */
  readonly onEnd: (exitCode: ExitCode, message: string) => void;
}

/**
 * The one term of a process: from the election until it is lost or given up (`spec/operations.md` §6). Tells the API who
 * leads, and the scheduler whether it may act.
 */
export class LeaderTerm implements Leadership, CandidateListener, Lead {
  private coordination: Coordination | undefined;
  private scheduler: Scheduler | undefined;
  private isAbdicating = false;
  private isOver = false;
  private awaited: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(private readonly ports: LeaderTermPorts) {}

  get leader(): string | undefined {
    return this.coordination?.leader;
  }

  /** Whether the term was given up or lost: the process is about to end. */
  get stopping(): boolean {
    return this.isOver;
  }

  leadsNow(): boolean {
    return !this.isOver && this.scheduler?.leads === true && this.mayAct();
  }

  mayAct(): boolean {
    return this.coordination?.mayAct() === true;
  }

  confirm(): Promise<boolean> {
    const answer = this.coordination?.confirm() ?? Promise.resolve(false);
    return Promise.race([answer, delay(this.ports.electionTimeoutMs, false, { ref: false })]);
  }

  othersStand(): boolean {
    return this.coordination?.othersStand() === true;
  }

  /** Begins to watch the election, and stands for it when there is a scheduler that could lead. */
  async join(coordination: Coordination, scheduler: Scheduler | undefined): Promise<void> {
    this.coordination = coordination;
    this.scheduler = scheduler;
    await coordination.start(scheduler === undefined ? undefined : this);
  }

  /** The same, and waits until this node leads; rejects when it cannot, which is then not reported to `onEnd`. */
  async joinAndLead(coordination: Coordination, scheduler: Scheduler): Promise<void> {
    const led = new Promise<void>((resolve, reject) => (this.awaited = { resolve, reject }));
    await Promise.all([this.join(coordination, scheduler), led]);
  }

  onElected(): void {
    if (!this.isOver) void this.lead();
  }

  onSuspended(): void {
    this.ports.logger.warn(
      {},
      'the store of the election is out of sight: nothing is decided until it is back',
    );
  }

  onResumed(): void {
    this.ports.logger.info({}, 'the store of the election is back, and this node still leads');
    this.scheduler?.wake();
  }

  onLost({ reason, message }: LeadershipLoss): void {
    this.end(EXIT_CODE_OF_LOSS[reason], message);
  }

  abdicate(): boolean {
    if (!this.leadsNow()) return false;
    if (!this.isAbdicating) {
      this.isAbdicating = true;
      setTimeout(() => void this.stepDown(), ABDICATION_DELAY_MS);
    }
    return true;
  }

  /** Ends the term by an error: nothing is decided or sent any more. The first reason counts. */
  end(exitCode: ExitCode, message: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.scheduler?.drop(message);
    void this.leave(exitCode, message);
  }

  /** Another node leads, or may; the scheduler has stopped by itself. */
  deposed(reason: Error): void {
    this.end(exitCodeFor(reason), reason.message);
  }

  /** The process was told to stop: finishes what was accepted, and lets another node lead. */
  async resign(): Promise<void> {
    this.isOver = true;
    await this.scheduler?.stop();
    await this.coordination?.close();
  }

  private async lead(): Promise<void> {
    const electedMs = performance.now();
    try {
      await this.scheduler?.start();
      const readyMs = Math.round(performance.now() - electedMs);
      this.ports.logger.info({ readyMs }, 'this node leads');
      this.awaited?.resolve();
    } catch (error) {
      if (this.awaited !== undefined) this.awaited.reject(error);
      else this.end(exitCodeFor(error), `this node cannot lead: ${messageFor(error)}`);
    }
  }

  /** What was accepted is durable and answered before anybody else can lead. */
  private async stepDown(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const { scheduler } = this;
    await settledWithin(FINISH_LIMIT_MS, scheduler?.stop());
    scheduler?.drop('the lead was given up');
    await this.leave(EXIT_CODES.leadershipLost, 'the lead was given up, as asked');
  }

  private async leave(exitCode: ExitCode, message: string): Promise<void> {
    await settledWithin(this.ports.electionTimeoutMs, this.coordination?.withdraw());
    this.ports.onEnd(exitCode, message);
  }
}

/** Resolves when the task has come to an end, whichever, or has taken so long that nobody waits for it. */
export async function settledWithin(limitMs: number, task: Promise<unknown> | undefined): Promise<void> {
  if (task === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([task.catch(() => undefined), late]);
  clearTimeout(timer);
}
