import {
  decideApiCommand,
  decideSchedulerCommand,
  SchedulerRuntime,
  settle,
  State,
  Turn,
  type ApiCommand,
  type Effect,
  type MesosTaskState,
  type Offer,
  type SchedulerCommand,
} from '#domain';
import { IdentitySource } from '../apps/scheduler/src/writer/identity-source.js';
import type { GarbagePauses, Span } from './garbage-pauses.js';
import { UNHINDERED } from '../test/support/unhindered-settings.js';

/** Budgets of a turn, as the writer sets them. */
const TURN_BUDGET_MS = 8;
const SETTLE_BUDGET_MS = 4;

/** No turn may be longer, the one that accepts a command apart. */
export const TURN_LIMIT_MS = 20;

/** What a change of the tree cost, from the command to the end of its deployment. */
export interface PhaseReport {
  /** The decision that accepts the command. */
  readonly acceptedMs: number;
  /** The turn of that decision not counted, and the garbage collection that fell into it. */
  readonly longestTurnMs: number;
  /** With garbage collection. */
  readonly turnsAboveLimit: number;
  readonly turns: number;
  /** Everything but the acceptance. */
  readonly totalMs: number;
}

/**
 * The scheduler's core between the log and the network, with a cluster that does at once what it is told: tasks that are
 * launched run, tasks that are killed end. Turns are cut as the writer cuts them; nothing is written or sent.
 */
export class StepScene {
  readonly state = new State();
  private readonly settings = { ...UNHINDERED, maxInstancesPerOffer: 50 };
  private readonly runtime = new SchedulerRuntime(this.settings, 0);
  private readonly identity = new IdentitySource();
  private readonly inbox: SchedulerCommand[] = [];
  private offers = 0;

  constructor(private readonly garbage: GarbagePauses) {
    this.inbox.push({ type: 'SchedulerConnected', frameworkId: 'f', master: 'm' });
    this.turn();
  }

  /** Decides a command and all that follows from it, until no deployment is left. */
  async change(command: ApiCommand): Promise<PhaseReport> {
    const acceptedMs = this.accept(command);
    const turns: Span[] = [];
    while (this.state.deployments.size > 0 || this.runtime.hasWork || this.inbox.length > 0) {
      if (this.inbox.length === 0 && !this.runtime.hasWork) this.inbox.push(this.offersOfAgents());
      turns.push(this.turn());
    }
    await this.garbage.settled();
    const durations = turns.map(({ startedMs, endedMs }) => endedMs - startedMs);
    return {
      acceptedMs,
      longestTurnMs: Math.max(...turns.map((turn) => this.garbage.durationWithout(turn))),
      turnsAboveLimit: durations.filter((durationMs) => durationMs > TURN_LIMIT_MS).length,
      turns: turns.length,
      totalMs: durations.reduce((sum, durationMs) => sum + durationMs, 0),
    };
  }

  private accept(command: ApiCommand): number {
    const startedMs = performance.now();
    const turn = new Turn(this.state, this.runtime, this.settings, this.identity.turnEnvironment());
    const reply = decideApiCommand(turn, command);
    if (reply.kind !== 'accepted') throw new Error(JSON.stringify(reply).slice(0, 500));
    return performance.now() - startedMs;
  }

  private turn(): Span {
    const startedMs = performance.now();
    const deadlineMs = startedMs + TURN_BUDGET_MS;
    let settleUntilMs = deadlineMs;
    const turn = new Turn(this.state, this.runtime, this.settings, {
      ...this.identity.turnEnvironment(),
      isTimeUp: () => performance.now() >= settleUntilMs,
    });
    let taken = 0;
    while (taken < this.inbox.length && performance.now() < deadlineMs) {
      decideSchedulerCommand(turn, this.inbox[taken]!);
      taken += 1;
    }
    settleUntilMs = Math.max(deadlineMs, performance.now() + SETTLE_BUDGET_MS);
    settle(turn);
    const endedMs = performance.now();
    this.inbox.splice(0, taken);
    for (const effect of turn.effects) this.carryOut(effect);
    return { startedMs, endedMs };
  }

  private carryOut(effect: Effect): void {
    if (effect.type === 'KillTask') this.report(effect.taskId, 'TASK_KILLED');
    if (effect.type !== 'AcceptOffer') return;
    for (const { taskId } of effect.launches) this.report(taskId, 'TASK_RUNNING');
  }

  private report(taskId: string, state: MesosTaskState): void {
    const status = { task_id: { value: taskId }, agent_id: { value: 'agent-S0' }, state };
    this.inbox.push({
      type: 'ReceiveStatus',
      status: { ...status, timestamp: this.identity.nowMs() / 1000 },
    });
  }

  private offersOfAgents(): SchedulerCommand {
    const offers: Offer[] = Array.from({ length: 100 }, () => ({
      id: { value: `offer-${++this.offers}` },
      agent_id: { value: 'agent-S0' },
      hostname: 'agent0.example',
      allocation_info: { role: '*' },
      resources: ['cpus', 'mem', 'disk'].map((name) => ({ name, type: 'SCALAR', scalar: { value: 1e6 } })),
    }));
    return { type: 'ReceiveOffers', offers };
  }
}
