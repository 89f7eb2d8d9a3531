import type { CheckStatusInfo, ContainerStatus, KillPolicy, TaskInfo, TaskState, TaskStatus } from '#mesos';
import { checkStatusOf } from '../agent/checks/check-status.js';
import { toMs } from '../agent/duration.js';
import { defaultKillGraceMs } from '../agent/kill-grace.js';
import { containerExitMessage, exitMessage, type End } from '../agent/updates/exit-message.js';
import type { StatusContent } from '../agent/updates/status-factory.js';
import type { AgentStatus } from '../agent/updates/update-stream.js';
import type { AgentTask } from '../link/messages.js';
import type { CheckResult } from '../supervisor/protocol.js';
import type { Outcome, TaskBehavior } from './behavior.js';
import { chooseWeighted, sample, type Distribution } from './distribution.js';
import { hashText, PURPOSES, type Purpose } from './fate.js';
import { HealthCourse } from './health-course.js';
import type { SimulatedAgent } from './simulated-agent.js';
import type { SimulatedFramework } from './simulation.js';
import { dropMessage, verdictOf } from './task-words.js';
import { SimulatedUpdateStream, type UpdateCarrier } from './update-stream.js';
import { WheelAlarm } from './timer-wheel.js';

/** Where a task stands: not yet delivered, its executor starts, it runs, it is over. */
type Phase = 'staging' | 'starting' | 'running' | 'ended';

/** Grace period of a docker task that names none (spec/local-cluster.md §13.1). */
const DOCKER_GRACE_MS = 5_000;

/** Ends a task that takes longer than it may, from TASK_STARTING on. */
class CompletionAlarm extends WheelAlarm {
  constructor(private readonly task: SimulatedTask) {
    super();
  }

  override ring(): void {
    this.task.overdue();
  }
}

/**
 * A command task of a simulated agent: what a supervisor and a process would do comes from its behaviour and from the
 * fate of its id (spec/local-cluster.md §26.2); what is said about it is what a real agent says (§8.3, §13, §14). It is
 * the alarm of its own next step.
 */
export class SimulatedTask extends WheelAlarm implements UpdateCarrier {
  readonly updates: SimulatedUpdateStream;
  private phase: Phase = 'staging';
  private readonly subject: number;
  private healthy: boolean | undefined;
  private checkResult: CheckResult | undefined;
  private isUnhealthyKill = false;
  /** When it was told to end, and how long it had then; absent unless it was. */
  private killedAtMs: number | undefined;
  private graceMs = 0;
  private container: ContainerStatus | undefined;
  private completion: CompletionAlarm | undefined;
  private course: HealthCourse | undefined;
  /** Counts acknowledgements and updates, so that each has a fate of its own. */
  private turn = 0;

  constructor(
    readonly agent: SimulatedAgent,
    readonly framework: SimulatedFramework,
    readonly info: TaskInfo,
    private behavior: TaskBehavior,
  ) {
    super();
    this.subject = hashText(info.task_id.value);
    this.updates = new SimulatedUpdateStream(agent.simulation.wheel, this);
  }

  get id(): string {
    return this.info.task_id.value;
  }

  get isOver(): boolean {
    return this.phase === 'ended';
  }

  get isRunning(): boolean {
    return this.phase === 'running';
  }

  get isBeingKilled(): boolean {
    return this.killedAtMs !== undefined;
  }

  /** The agent has the task: from now on it goes its way. */
  begin(): void {
    const { behavior } = this;
    if (this.happens(behavior.drop, PURPOSES.drop)) {
      this.drop(behavior.dropReason, dropMessage(behavior.dropReason));
      return;
    }
    this.wait(behavior.stagingMs, PURPOSES.staging);
  }

  /** It never starts, and the framework is told why. */
  drop(reason: string, message: string): void {
    const state = this.framework.isPartitionAware ? 'TASK_DROPPED' : 'TASK_LOST';
    this.end({ state, source: 'SOURCE_AGENT', reason, message }, false);
  }

  /** It cannot be launched. */
  fail(cause: string): void {
    this.endByAgent('TASK_FAILED', 'REASON_CONTAINER_LAUNCH_FAILED', `Failed to launch container: ${cause}`);
  }

  /** The next step is due. */
  override ring(): void {
    if (this.isBeingKilled) this.endKilled();
    else if (this.phase === 'staging') this.deliver();
    else if (this.phase === 'starting') this.run();
    else if (this.phase === 'running') this.endByItself();
  }

  /** KILL (§13.2). `boundMs`: the most an operator who drains the agent allows. */
  kill(policy: KillPolicy | undefined, boundMs = Number.POSITIVE_INFINITY): void {
    if (this.isOver) return;
    if (this.phase === 'staging') {
      this.endByAgent(
        'TASK_KILLED',
        'REASON_TASK_KILLED_DURING_LAUNCH',
        'Killed before delivery to the executor',
      );
      return;
    }
    const grace = policy?.grace_period ?? this.info.kill_policy?.grace_period;
    const graceMs = Math.min(boundMs, grace === undefined ? this.defaultGraceMs : toMs(grace));
    const nowMs = this.agent.simulation.clock.nowMs();
    if (this.killedAtMs !== undefined) {
      this.shortenGrace(graceMs, nowMs);
      return;
    }
    this.course?.stop();
    this.killedAtMs = nowMs;
    this.graceMs = graceMs;
    if (this.framework.knowsKilling) this.report({ state: 'TASK_KILLING', source: 'SOURCE_EXECUTOR' });
    this.agent.simulation.wheel.set(this, Math.min(graceMs, this.termMs));
  }

  /** The process ends like this, now (§25). */
  exit(end: End, message?: string): void {
    if (this.isOver) return;
    this.endExecuted({ ...this.exitContent(end), ...(message === undefined ? {} : { message }) });
  }

  /** The executor is gone without a word, as after a reboot of its machine (§20.4). */
  executorLost(): void {
    if (!this.isOver) this.endByAgent('TASK_FAILED', 'REASON_EXECUTOR_TERMINATED', 'Executor terminated');
  }

  /** It has run longer than it may (C§12). */
  overdue(): void {
    if (this.isOver || this.isBeingKilled) return;
    this.endExecuted({
      state: 'TASK_FAILED',
      source: 'SOURCE_EXECUTOR',
      reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
      message: this.exitText({ signal: 'SIGKILL' }),
    });
  }

  /** News of its health check; `isFatal` when it is to be ended for it (§15.1). */
  reportHealth(healthy: boolean, isFatal: boolean): void {
    this.healthy = healthy;
    this.report(this.checkContent('REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'));
    if (!isFatal) return;
    this.isUnhealthyKill = true;
    this.kill(undefined);
  }

  /** A generic check found something else than before (§15.3). */
  reportCheck(result: CheckResult): void {
    this.checkResult = result;
    this.report(this.checkContent('REASON_TASK_CHECK_STATUS_UPDATED'));
  }

  /** A status somebody else thought of; what it does not say is as in the latest one (§25). */
  inject(given: Partial<TaskStatus>): void {
    const made = this.create({
      state: this.updates.latestState,
      source: 'SOURCE_EXECUTOR',
      healthy: this.healthy,
    });
    const { task_id, agent_id, uuid } = made;
    this.updates.add({ ...made, ...given, task_id, agent_id, uuid });
  }

  /** From now on it behaves like this; what has been decided stays. */
  change(behavior: TaskBehavior): void {
    this.behavior = behavior;
  }

  get currentBehavior(): TaskBehavior {
    return this.behavior;
  }

  /** The framework acknowledged an update; whether nothing is left to tell. */
  acknowledge(uuid: string): boolean {
    this.turn += 1;
    if (this.happens(this.behavior.ackDrop, PURPOSES.acknowledgement)) return false;
    return this.updates.acknowledge(uuid) === 'closed';
  }

  /** Nothing happens with it any more, and nobody is told. */
  forget(): void {
    this.phase = 'ended';
    this.stopAlarms();
    this.updates.pause();
  }

  get canSend(): boolean {
    return this.agent.isRegistered;
  }

  carry(status: AgentStatus, latestState: TaskState): void {
    this.turn += 1;
    const copies = this.happens(this.behavior.duplicate, PURPOSES.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      this.agent.sendUpdate(this.framework.id, status, latestState);
  }

  /** As told to the master at re-registration. */
  describe(): AgentTask {
    const { latestState, lastSent, newest } = this.updates;
    return {
      frameworkId: this.framework.id,
      info: this.info,
      state: latestState,
      statusUpdateState: lastSent?.state,
      statusUpdateUuid: lastSent?.uuid,
      statuses: newest === undefined ? [] : [newest],
    };
  }

  private deliver(): void {
    const { behavior } = this;
    if (this.happens(behavior.launchFailure, PURPOSES.launchFailure)) {
      this.fail(behavior.launchMessage);
      return;
    }
    this.phase = 'starting';
    this.container = this.agent.containerOf(this.info, behavior);
    if (behavior.starting) this.reportProgress('TASK_STARTING');
    const limit = this.info.max_completion_time;
    if (limit !== undefined) {
      this.completion = new CompletionAlarm(this);
      this.agent.simulation.wheel.set(this.completion, toMs(limit));
    }
    const draws = this.draws(PURPOSES.running);
    const startMs = sample(behavior.startingMs, draws) + sample(behavior.runningMs, draws);
    this.agent.simulation.wheel.set(this, startMs * this.agent.slowness);
  }

  private run(): void {
    this.phase = 'running';
    this.reportProgress('TASK_RUNNING');
    const { lifetimeMs } = this.behavior;
    if (lifetimeMs !== null) this.wait(lifetimeMs, PURPOSES.lifetime);
    const { health_check: healthCheck, check } = this.info;
    if (healthCheck === undefined && check === undefined) return;
    this.course = new HealthCourse(this, this.subject, healthCheck, check);
    this.course.start();
  }

  private endByItself(): void {
    const { outcomes } = this.behavior;
    const place = chooseWeighted(
      outcomes.map(({ weight }) => weight),
      this.draws(PURPOSES.outcome),
    );
    const outcome: Outcome = outcomes[place]!;
    if ('exit' in outcome) this.exit({ code: outcome.exit });
    else if ('signal' in outcome) this.exit({ signal: outcome.signal });
    else this.endByVerdict(outcome);
  }

  private endByVerdict(outcome: { readonly reason: string; readonly message?: string | undefined }): void {
    const verdict = verdictOf(this.info, this.container?.container_id?.value ?? '', outcome);
    this.end({ state: 'TASK_FAILED', source: 'SOURCE_AGENT', ...verdict }, true);
  }

  private endKilled(): void {
    const isForced = this.termMs > this.graceMs;
    this.exit(isForced ? { signal: 'SIGKILL' } : { code: this.behavior.killingExit });
  }

  /** How long it takes to end after SIGTERM; for ever if it ignores it. */
  private get termMs(): number {
    if (this.behavior.ignoreTerm) return Number.POSITIVE_INFINITY;
    return sample(this.behavior.killMs, this.draws(PURPOSES.kill)) * this.agent.slowness;
  }

  /** Only ever shorter (§13.2). */
  private shortenGrace(graceMs: number, nowMs: number): void {
    const elapsedMs = nowMs - this.killedAtMs!;
    if (graceMs >= this.graceMs) return;
    this.graceMs = Math.max(graceMs, elapsedMs);
    const endMs = Math.min(this.graceMs, this.termMs);
    this.agent.simulation.wheel.set(this, Math.max(0, endMs - elapsedMs));
  }

  private exitContent(end: End): Omit<StatusContent, 'taskId'> {
    const message = this.exitText(end);
    const source = 'SOURCE_EXECUTOR' as const;
    if (this.isBeingKilled) {
      return { state: 'TASK_KILLED', source, message, ...(this.isUnhealthyKill ? { healthy: false } : {}) };
    }
    return { state: end.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', source, message };
  }

  private exitText(end: End): string {
    return this.isDocker ? containerExitMessage(end) : exitMessage(end);
  }

  private checkContent(reason: StatusContent['reason']): Omit<StatusContent, 'taskId'> {
    return { state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', reason, healthy: this.healthy };
  }

  private endExecuted(content: Omit<StatusContent, 'taskId'>): void {
    this.end(content, true);
  }

  private endByAgent(state: TaskState, reason: StatusContent['reason'], message: string): void {
    this.end({ state, source: 'SOURCE_AGENT', reason, message }, true);
  }

  private end(content: Omit<StatusContent, 'taskId'>, wasDelivered: boolean): void {
    this.phase = 'ended';
    this.stopAlarms();
    this.report(
      wasDelivered ? { ...content, ...this.agent.toldWhileDraining(content.state, this.framework) } : content,
    );
  }

  /** That it starts, and runs: nearly everything that is said about tasks. */
  private reportProgress(state: 'TASK_STARTING' | 'TASK_RUNNING'): void {
    const { container, info } = this;
    const content = { state, source: 'SOURCE_EXECUTOR' } as const;
    if (container === undefined || info.check !== undefined) this.report(content);
    else {
      const of = { taskId: info.task_id, executorId: info.task_id, containerStatus: container };
      this.updates.add(this.agent.statuses.bare(content, of));
    }
  }

  private report(content: Omit<StatusContent, 'taskId'>): void {
    this.updates.add(this.create(content));
  }

  private create(content: Omit<StatusContent, 'taskId'>): AgentStatus {
    const isExecutors = content.source === 'SOURCE_EXECUTOR';
    const given = {
      taskId: this.id,
      state: content.state,
      source: content.source,
      message: content.message,
      reason: content.reason,
      healthy: content.healthy,
      limitation: content.limitation,
      executorId: this.container === undefined ? undefined : this.id,
      checkStatus: isExecutors ? this.checkStatus : undefined,
      containerStatus: this.container,
    };
    return this.agent.statuses.create(given, this.info.task_id);
  }

  private get checkStatus(): CheckStatusInfo | undefined {
    return this.info.check === undefined ? undefined : checkStatusOf(this.info, this.checkResult);
  }

  private get isDocker(): boolean {
    return this.info.container?.type === 'DOCKER';
  }

  private get defaultGraceMs(): number {
    return this.isDocker ? DOCKER_GRACE_MS : defaultKillGraceMs;
  }

  private wait(distribution: Distribution, purpose: Purpose): void {
    const { wheel } = this.agent.simulation;
    wheel.set(this, sample(distribution, this.draws(purpose)) * this.agent.slowness);
  }

  private draws(purpose: Purpose) {
    return this.agent.simulation.fates.draws(purpose, this.subject);
  }

  private happens(probability: number, purpose: Purpose): boolean {
    return this.agent.simulation.fates.happens(probability, purpose, this.subject, this.turn);
  }

  private stopAlarms(): void {
    const { wheel } = this.agent.simulation;
    wheel.cancel(this);
    if (this.completion !== undefined) wheel.cancel(this.completion);
    this.course?.stop();
  }
}
