import {
  decideSchedulerCommand,
  resume,
  SchedulerRuntime,
  settle,
  State,
  Turn,
  type Refusal,
  type Reply,
  type SchedulerCommand,
  type Submission,
  type SubmitCommand,
} from '#domain';
import { setTimeout as delay } from 'node:timers/promises';
import { LeadLostError } from '../lead/lead.js';
import { LeadGate } from '../lead/lead-gate.js';
import { decideUnderPlan } from '../planning/decide-under-plan.js';
import { LogPatience } from '../lead/log-patience.js';
import { IdempotentCommands } from './idempotent-commands.js';
import { InFlight } from './in-flight.js';
import { Inbox, isFromMesos, type ApiItem, type InboxItem } from './inbox.js';
import { Replies, type Answer } from './replies.js';
import {
  beginTerm,
  comeBack,
  describe,
  isDeposition,
  messageOf,
  RETRY_INTERVAL_MS,
  termFacts,
} from './term.js';
import type { WriterPorts } from './writer-ports.js';

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
 * So many commands of the API at most per turn. Clients send the next command when they have the answer to the last: were
 * all of them decided in one turn, processor and disk would wait for each other.
 */
const TURN_COMMANDS = 16;

type Phase = 'stopped' | 'recovering' | 'ready' | 'stopping';

const stopwatchMs = (): number => performance.now();

/**
 * The single writer. Commands of the API, news of the cluster and the clock pass through one inbox; they are
 * decided in memory one after another, what was decided together is appended together, and only when that is
 * durable are callers answered and effects carried out. If an append fails nothing is guessed: the state is
 * thrown away and rebuilt from the log (`design.md` §1). While the node may not act as the leader all of that waits;
 * when another one leads it is over.
 */
export class Writer {
  private phase: Phase = 'stopped';
  private state = new State();
  private runtime: SchedulerRuntime;
  private epoch = 0;
  private readonly inbox = new Inbox();
  private readonly replies: Replies;
  private readonly gate: LeadGate;
  private readonly idempotent = new IdempotentCommands();
  private draining = false;
  private inFlight = new InFlight();
  /** Grows with every rebuild: what an older generation began is void. */
  private generation = 0;
  /** Settles when everything decided so far is durable. */
  private tail: Promise<void> = Promise.resolve();
  /** Rebuilds without a durable turn between them. */
  private rebuildsInARow = 0;
  private unavailableReason = 'Ekiden is starting';
  /** The last rebuild of the state, done or under way. */
  private recovery: Promise<void> | undefined;

  constructor(private readonly ports: WriterPorts) {
    this.runtime = new SchedulerRuntime(ports.settings, 0);
    this.replies = new Replies(ports.metrics);
    // Whoever waits for an answer is not kept waiting for long; the cluster's news are.
    const uncertain = 'it is not certain at the moment that this node leads';
    this.gate = new LeadGate(ports.lead, () => this.replies.refuseAll(this.inbox.drainApi(), uncertain));
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
    const isSettled = wasReady && (await this.finishAccepted());
    this.refuseAll(this.inbox.drain());
    this.gate.close();
    await this.recovery?.catch(() => undefined);
    // Where there is an election the next leader has its state already, and waits for this one to be gone.
    if (isSettled && this.ports.cluster.electionPath === undefined)
      await this.ports.snapshotter.takeLast(this.state);
    else await this.ports.snapshotter.settled();
    this.phase = 'stopped';
  }

  /** The lead is over: nothing is decided or carried out from here on. What is durable is answered all the same. */
  drop(reason: string): void {
    if (this.phase === 'stopped') return;
    this.phase = 'stopped';
    this.generation += 1;
    this.unavailableReason = reason;
    this.refuseAll(this.inbox.drain());
    this.gate.close();
  }

  /** The node may act again: goes on at once with what waited for that. */
  wake(): void {
    this.gate.look();
  }

  /** False when something was left undone, or failed: the state may say more than the log then. */
  private async finishAccepted(): Promise<boolean> {
    const { lead } = this.ports;
    const { generation } = this;
    while ((this.inbox.length > 0 || !this.inFlight.isEmpty) && lead.mayAct()) await delay(1);
    return this.inFlight.isEmpty && generation === this.generation && lead.mayAct();
  }

  /** Asks for a decision; the answer comes when everything it rests on is durable. Never rejects. */
  submit({ command, actor, idempotencyKey, planToken }: SubmitCommand): Promise<Submission> {
    return new Promise((answer) => {
      const item: ApiItem = { kind: 'api', command, actor, idempotencyKey, planToken, answer };
      if (this.phase !== 'ready') return this.refuseAll([item]);
      if (this.inbox.apiItems >= this.ports.maxQueuedCommands) {
        const reply = { kind: 'refused', code: 'QueueFull', limit: this.ports.maxQueuedCommands } as const;
        return this.replies.giveNow(item, reply);
      }
      this.enqueue(item);
    });
  }

  /** Settles when there is room for more that the cluster has to tell; nothing when there is some now. */
  room(): Promise<void> | undefined {
    return this.inbox.room();
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
    if (this.draining || this.inFlight.isFull || !this.hasWork) return;
    this.draining = true;
    setImmediate(() => {
      this.gate.pass(() => {
        this.draining = false;
        if (this.phase === 'ready' || this.phase === 'stopping') this.runTurn();
      });
    });
  }

  /** News to decide, or something that former turns had no time for; at the end the latter is left to the next leader. */
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
      return this.idempotent.decide(turn, item, () => decideUnderPlan(turn, item.command, item.planToken));
    } catch (error) {
      if (events.length + effects.length > decidedBefore) throw error;
      return this.bug(error, item);
    }
  }

  /** A decision failed half-way, which is a bug: nothing of its turn may survive in memory. */
  private abandon(error: unknown, culprit: InboxItem | undefined, answers: readonly Answer[]): void {
    const reply = this.bug(error, culprit);
    if (culprit?.kind === 'api') this.replies.giveNow(culprit, reply);
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
    this.inFlight.begin(turn.events.length);
    const durable = this.append(turn);
    this.ports.snapshotter.maybeTake(this.state, durable);
    try {
      await durable;
    } catch (error) {
      if (generation === this.generation) this.degrade(error);
      return this.refuseAll(answers.map(({ item }) => item));
    }
    // What is durable is answered in any case; the effects of a state that was given up follow anew from the rebuilt one.
    const answerAll = (): void => this.replies.giveAll(answers);
    this.gate.pass(() => {
      answerAll();
      if (generation !== this.generation) return;
      this.rebuildsInARow = 0;
      this.inFlight.end(turn.events.length);
      for (const done of settled) done();
      this.ports.perform(turn.effects);
      this.scheduleDrain();
    }, answerAll);
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

  /** Somebody else leads: to rebuild and claim another term would fence the real leader. */
  private deposed(reason: Error): void {
    if (this.phase === 'stopped') return;
    const isNews = this.phase !== 'stopping';
    this.drop(reason.message);
    this.ports.onDegraded();
    if (isNews) this.ports.onDeposed(reason);
  }

  /** The log refused: nothing that is not on it may have happened. Rebuild, and come back when it takes writes. */
  private degrade(cause: unknown): void {
    if (isDeposition(cause)) return this.deposed(cause);
    const reason = messageOf(cause);
    this.ports.logger.error({ error: reason }, 'the event log takes no writes: rebuilding the state from it');
    this.generation += 1;
    this.rebuildsInARow += 1;
    this.phase = this.phase === 'stopping' ? 'stopping' : 'recovering';
    this.unavailableReason = reason;
    this.inFlight = new InFlight();
    this.tail = Promise.resolve();
    this.refuseAll(this.inbox.drain());
    this.ports.onDegraded();
    if (this.phase === 'recovering') void this.recoverWhenWritable();
  }

  private async recoverWhenWritable(): Promise<void> {
    // What fails again and again must not turn into a stream of terms on the log.
    if (this.rebuildsInARow > 1) await delay(RETRY_INTERVAL_MS);
    try {
      await comeBack(this.ports, {
        isWanted: () => this.phase === 'recovering',
        begin: () => this.recover(),
        onUnavailable: (reason) => (this.unavailableReason = reason),
        patience: new LogPatience(this.ports),
      });
    } catch (error) {
      this.degrade(error);
    }
  }

  /** One recovery at a time; `stop` waits for the one under way. */
  private async recover(): Promise<void> {
    if (this.phase !== 'recovering') return;
    this.recovery = this.rebuild();
    await this.recovery;
  }

  private async rebuild(): Promise<void> {
    const { log, identity, settings, snapshotter, node, cluster } = this.ports;
    const startedMs = performance.now();
    await this.leadIsGood();
    const term = await beginTerm(this.ports, this.epoch === 0 ? this.ports.warm : undefined);
    const { state, epoch } = term;
    identity.notBefore(term.lastEventMs);
    this.epoch = epoch;
    this.state = state;
    this.runtime = new SchedulerRuntime(settings, identity.nowMs());
    this.replies.durablePosition = state.position;
    snapshotter.beginAt(term.snapshotPosition);

    await this.leadIsGood();
    if (this.phase !== 'recovering') return;
    const settleUntilMs = performance.now() + TURN_BUDGET_MS;
    const turn = this.newTurn(() => performance.now() >= settleUntilMs);
    turn.attributeTo(this.causeOf(turn, 'system'));
    resume(turn, { node: node(), epoch, ...cluster });
    await log.append(turn.events, epoch);
    if (this.phase !== 'recovering') return;
    this.phase = 'ready';
    const durationMs = performance.now() - startedMs;
    this.ports.metrics.termBegan(durationMs);
    this.ports.logger.info(termFacts(term, durationMs), 'state recovered from the event log');
    this.ports.onReady();
    this.gate.pass(() => {
      this.ports.perform(turn.effects);
      this.scheduleDrain();
    });
  }

  /** Resolves when the node may act; rejects when the lead is over. */
  private leadIsGood(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.gate.pass(resolve, () => reject(new LeadLostError('the lead was lost'))),
    );
  }

  private refuseAll(items: readonly InboxItem[]): void {
    this.replies.refuseAll(items, this.unavailableReason);
  }
}
