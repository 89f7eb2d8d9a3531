import {
  decideApiCommand,
  decideSchedulerCommand,
  resume,
  SchedulerRuntime,
  settle,
  State,
  Turn,
  type Actor,
  type ApiCommand,
  type DomainSettings,
  type Effect,
  type Refusal,
  type Reply,
  type SchedulerCommand,
  type Submission,
} from '#domain';
import { LogUnavailableError, type EventLog } from '#event-log';
import type { Logger } from '#observability';
import { setImmediate as nextTurnOfTheLoop, setTimeout as delay } from 'node:timers/promises';
import { IdempotentCommands } from './idempotent-commands.js';
import type { IdentitySource } from './identity-source.js';
import { Inbox, type ApiItem, type InboxItem } from './inbox.js';
import { recoverState } from './recovery.js';
import type { Snapshotter } from './snapshotter.js';
import type { SchedulerMetrics } from '../scheduler-metrics.js';

/**
 * A turn ends after this time, so that the event loop is never held up for long (`design.md` §5): 20 ms at most, and a
 * garbage collection may take most of that.
 */
const TURN_BUDGET_MS = 5;

/**
 * So much time a turn has in any case for what follows from its commands and from those before, and for offers; what it
 * has no time for waits for the next turn.
 */
const SETTLE_BUDGET_MS = 4;

/**
 * A turn takes so many commands of the API at most. Clients that wait for their answers send the next command when
 * they have them: were all of them decided in one turn, processor and disk would wait for each other.
 */
const TURN_COMMANDS = 16;

/** So many batches may be on their way to the disk while the next one is decided. */
const APPENDS_IN_FLIGHT = 8;

/** How often a log that takes no writes is asked whether it does again. */
const RETRY_INTERVAL_MS = 1000;

/** What the writer needs of the world. */
export interface WriterPorts {
  readonly log: EventLog;
  readonly settings: DomainSettings;
  readonly identity: IdentitySource;
  readonly snapshotter: Snapshotter;
  readonly logger: Logger;
  readonly metrics: SchedulerMetrics;
  /** `host:port` under which this node is known. */
  readonly node: string;
  /** So many commands of the API may wait; more are refused. */
  readonly maxQueuedCommands: number;
  /** Carries out effects; called in order, only with effects whose events are durable. */
  readonly perform: (effects: readonly Effect[]) => void;
  /** The writer lost its log: whatever rests on undurable state must be dropped. */
  readonly onDegraded: () => void;
  /** State is loaded (again), commands are decided. */
  readonly onReady: () => void;
}

interface Answer {
  readonly item: ApiItem;
  readonly submission: Submission;
}

type Phase = 'stopped' | 'recovering' | 'ready' | 'stopping';

const stopwatchMs = (): number => performance.now();

/**
 * The single writer. Commands of the API, news of the cluster and the clock pass through one inbox; they are
 * decided in memory one after another, what was decided together is appended together, and only when that is
 * durable are callers answered and effects carried out. If an append fails nothing is guessed: the state is
 * thrown away and rebuilt from the log (`design.md` §1).
 */
export class Writer {
  private phase: Phase = 'stopped';
  private state = new State();
  private runtime: SchedulerRuntime;
  private epoch = 0;
  private readonly inbox = new Inbox();
  private readonly idempotent = new IdempotentCommands();
  private draining = false;
  private appendsInFlight = 0;
  /** Grows with every rebuild: what an older generation began is void. */
  private generation = 0;
  /** Settles when everything decided so far is durable. */
  private tail: Promise<void> = Promise.resolve();
  /** Rebuilds without a durable turn between them. */
  private rebuildsInARow = 0;
  private durablePosition = 0;
  private unavailableReason = 'Ekiden is starting';
  /** The last rebuild of the state, done or under way. */
  private recovery: Promise<void> | undefined;

  constructor(private readonly ports: WriterPorts) {
    this.runtime = new SchedulerRuntime(ports.settings, 0);
  }

  get ready(): boolean {
    return this.phase === 'ready';
  }

  /** Number of the present leader term. */
  get currentEpoch(): number {
    return this.epoch;
  }

  get queuedCommands(): number {
    return this.inbox.length;
  }

  /** The state as decided so far, including what is not durable yet: for the scheduler's own questions only. */
  get view(): { readonly state: State; readonly runtime: SchedulerRuntime } {
    return { state: this.state, runtime: this.runtime };
  }

  /** Rebuilds the state and begins to decide. Rejects when the log cannot be read. */
  async start(): Promise<void> {
    this.phase = 'recovering';
    await this.recover();
  }

  /** Decides what is in the inbox, waits until it is durable, then decides nothing more. */
  async stop(): Promise<void> {
    if (this.phase === 'stopped') return;
    const wasReady = this.phase === 'ready';
    this.phase = 'stopping';
    this.unavailableReason = 'Ekiden is stopping';
    if (wasReady) await this.finishAccepted();
    this.refuseAll(this.inbox.drain());
    await this.recovery?.catch(() => undefined);
    await this.ports.snapshotter.settled();
    this.phase = 'stopped';
  }

  private async finishAccepted(): Promise<void> {
    while (this.inbox.length > 0 || this.appendsInFlight > 0) await nextTurnOfTheLoop();
  }

  /** Asks for a decision; the answer comes when everything it rests on is durable. Never rejects. */
  submit(command: ApiCommand, actor: Actor, idempotencyKey?: string): Promise<Submission> {
    return new Promise((answer) => {
      const item: ApiItem = { kind: 'api', command, actor, idempotencyKey, answer };
      if (this.phase !== 'ready') return this.refuseAll([item]);
      if (this.inbox.apiItems >= this.ports.maxQueuedCommands) {
        const reply = { kind: 'refused', code: 'QueueFull', limit: this.ports.maxQueuedCommands } as const;
        return this.answer(item, { reply, position: this.durablePosition });
      }
      this.enqueue(item);
    });
  }

  /** Tells what the cluster or the clock says. Nothing is lost by telling it in vain: it will be told again. */
  tell(command: SchedulerCommand, settled?: () => void): void {
    if (this.phase === 'ready') this.enqueue({ kind: 'scheduler', command, settled });
  }

  private enqueue(item: InboxItem): void {
    this.inbox.push(item);
    this.scheduleDrain();
  }

  private scheduleDrain(): void {
    if (this.draining || this.appendsInFlight >= APPENDS_IN_FLIGHT || !this.hasWork) return;
    this.draining = true;
    setImmediate(() => {
      this.draining = false;
      if (this.phase === 'ready' || this.phase === 'stopping') this.runTurn();
    });
  }

  /** News to decide, or something that former turns had no time for; the latter is left to the next leader at the end. */
  private get hasWork(): boolean {
    return this.inbox.length > 0 || (this.phase === 'ready' && this.runtime.hasWork);
  }

  /** Decides as much of the inbox as fits into one turn and sends it on its way to the disk. */
  private runTurn(): void {
    if (!this.hasWork) return;
    const deadlineMs = performance.now() + TURN_BUDGET_MS;
    let settleUntilMs = deadlineMs;
    const turn = this.newTurn(() => performance.now() >= settleUntilMs);
    const answers: Answer[] = [];
    const settled: (() => void)[] = [];
    let item: InboxItem | undefined;
    try {
      while ((item = this.inbox.shift()) !== undefined) {
        this.decide(turn, item, answers);
        if (item.kind === 'scheduler' && item.settled !== undefined) settled.push(item.settled);
        if (answers.length >= TURN_COMMANDS || performance.now() >= deadlineMs) break;
      }
      settleUntilMs = Math.max(deadlineMs, performance.now() + SETTLE_BUDGET_MS);
      settle(turn);
    } catch (error) {
      return this.abandon(error, item, answers);
    }
    void this.commit(turn, answers, settled);
    this.scheduleDrain();
  }

  private decide(turn: Turn, item: InboxItem, answers: Answer[]): void {
    if (item.kind === 'scheduler') {
      turn.attributeTo(this.causeOf(turn, isFromMesos(item.command) ? 'mesos' : 'system'));
      decideSchedulerCommand(turn, item.command);
      return;
    }
    const reply = this.decideApi(turn, item);
    answers.push({ item, submission: { reply, position: this.state.position } });
  }

  /** What failed before it changed anything, as when a body is read, concerns nobody but its caller. */
  private decideApi(turn: Turn, item: ApiItem): Reply {
    const { events, effects } = turn;
    const decidedBefore = events.length + effects.length;
    try {
      return this.idempotent.decide(turn, item, () => decideApiCommand(turn, item.command));
    } catch (error) {
      if (events.length + effects.length > decidedBefore) throw error;
      return this.bug(error, item);
    }
  }

  /** A decision failed half-way, which is a bug: nothing of its turn may survive in memory. */
  private abandon(error: unknown, culprit: InboxItem | undefined, answers: readonly Answer[]): void {
    const reply = this.bug(error, culprit);
    if (culprit?.kind === 'api') this.answer(culprit, { reply, position: this.durablePosition });
    this.degrade(error);
    this.refuseAll(answers.map(({ item }) => item).filter((item) => item !== culprit));
  }

  private bug(error: unknown, culprit: InboxItem | undefined): Refusal {
    const command = culprit?.command.type;
    this.ports.logger.error({ error: describe(error), command }, 'a decision failed: this is a bug');
    return { kind: 'refused', code: 'InternalError', reason: messageOf(error) };
  }

  private newTurn(isTimeUp: () => boolean): Turn {
    const environment = { isTimeUp, stopwatchMs, ...this.ports.identity.turnEnvironment() };
    return new Turn(this.state, this.runtime, this.ports.settings, environment);
  }

  private causeOf(turn: Turn, kind: 'mesos' | 'system') {
    return { actor: { kind }, correlationId: turn.environment.newEventId(), causationId: null } as const;
  }

  /** Once the turn is durable callers are answered and effects carried out; never before, never otherwise. */
  private async commit(
    turn: Turn,
    answers: readonly Answer[],
    settled: readonly (() => void)[],
  ): Promise<void> {
    const { generation } = this;
    this.appendsInFlight += 1;
    const durable = this.append(turn);
    this.ports.snapshotter.maybeTake(this.state, durable);
    try {
      await durable;
    } catch (error) {
      if (generation === this.generation) this.degrade(error);
      return this.refuseAll(answers.map(({ item }) => item));
    }
    // What is durable is answered in any case; the effects of a state that was given up follow anew from the rebuilt one.
    this.durablePosition = Math.max(this.durablePosition, answers.at(-1)?.submission.position ?? 0);
    for (const { item, submission } of answers) this.answer(item, submission);
    if (generation !== this.generation) return;
    this.rebuildsInARow = 0;
    this.appendsInFlight -= 1;
    for (const done of settled) done();
    this.ports.perform(turn.effects);
    this.scheduleDrain();
  }

  /** A turn that decided nothing waits for those before it all the same, so that answers and effects keep their order. */
  private append(turn: Turn): Promise<void> {
    if (turn.events.length > 0) this.tail = this.appendBehind(this.tail, turn);
    return this.tail;
  }

  /** The log keeps batches of one term in order and refuses all that follow a failed one, so none has to wait here. */
  private async appendBehind(previous: Promise<void>, { events }: Turn): Promise<void> {
    const startedMs = performance.now();
    await Promise.all([previous, this.ports.log.append(events, this.epoch)]);
    this.ports.metrics.appended(performance.now() - startedMs);
  }

  /** The log refused: nothing that is not on it may have happened. Rebuild, and come back when it takes writes. */
  private degrade(cause: unknown): void {
    const reason = messageOf(cause);
    this.ports.logger.error({ error: reason }, 'the event log takes no writes: rebuilding the state from it');
    this.generation += 1;
    this.rebuildsInARow += 1;
    this.phase = this.phase === 'stopping' ? 'stopping' : 'recovering';
    this.unavailableReason = reason;
    this.appendsInFlight = 0;
    this.tail = Promise.resolve();
    this.refuseAll(this.inbox.drain());
    this.ports.onDegraded();
    if (this.phase === 'recovering') void this.recoverWhenWritable();
  }

  private async recoverWhenWritable(): Promise<void> {
    // What fails again and again must not turn into a stream of terms on the log.
    if (this.rebuildsInARow > 1) await delay(RETRY_INTERVAL_MS);
    for (let attempt = 1; this.phase === 'recovering'; attempt++) {
      try {
        await this.ports.log.checkWritable();
        await this.recover();
        return;
      } catch (error) {
        this.unavailableReason = messageOf(error);
        if (!(error instanceof LogUnavailableError)) {
          this.ports.logger.error(
            { error: this.unavailableReason, attempt },
            'recovery failed, trying again',
          );
        }
        await delay(RETRY_INTERVAL_MS);
      }
    }
  }

  /** One recovery at a time; `stop` waits for the one under way. */
  private async recover(): Promise<void> {
    if (this.phase !== 'recovering') return;
    this.recovery = this.rebuild();
    await this.recovery;
  }

  private async rebuild(): Promise<void> {
    const { log, logger, identity, settings, snapshotter, node } = this.ports;
    const startedMs = performance.now();
    this.epoch = await log.claimEpoch();
    const { state, lastEventMs, replayed, snapshotPosition } = await recoverState(log, logger);
    identity.notBefore(lastEventMs);
    this.state = state;
    this.runtime = new SchedulerRuntime(settings, identity.nowMs());
    this.durablePosition = state.position;
    snapshotter.beginAt(snapshotPosition);

    const settleUntilMs = performance.now() + TURN_BUDGET_MS;
    const turn = this.newTurn(() => performance.now() >= settleUntilMs);
    turn.attributeTo(this.causeOf(turn, 'system'));
    resume(turn, { node, epoch: this.epoch });
    await log.append(turn.events, this.epoch);
    if (this.phase !== 'recovering') return;
    this.phase = 'ready';
    logger.info(
      {
        epoch: this.epoch,
        position: state.position,
        snapshotPosition,
        replayed,
        durationMs: Math.round(performance.now() - startedMs),
        apps: state.apps.size,
        instances: state.instances.size,
      },
      'state recovered from the event log',
    );
    this.ports.onReady();
    this.ports.perform(turn.effects);
    this.scheduleDrain();
  }

  private refuseAll(items: readonly InboxItem[]): void {
    const reply = { kind: 'refused', code: 'LogUnavailable', reason: this.unavailableReason } as const;
    for (const item of items) {
      if (item.kind === 'api') this.answer(item, { reply, position: this.durablePosition });
    }
  }

  private answer(item: ApiItem, submission: Submission): void {
    if (submission.reply.kind === 'refused') this.ports.metrics.rejected();
    item.answer(submission);
  }
}

/** The clock and the checks that Ekiden runs are its own; the rest comes from the cluster. */
const isFromMesos = ({ type }: SchedulerCommand): boolean =>
  type !== 'Tick' && type !== 'ReportHealth' && type !== 'ReportReadiness';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
