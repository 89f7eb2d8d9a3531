import {
  checkEndpoint,
  FailedProbe,
  failureCounts,
  isRunByEkiden,
  judgeResult,
  type CheckResult,
  type Instance,
  type SchedulerCommand,
  type State,
} from '#domain';
import { StateFollower } from '../following/state-follower.js';
import { ProbeQueue } from './probe-queue.js';
import type { Probe, ProbeOutcome } from './probe.js';
import { InstanceTargets, type Target } from './target.js';
import { TimerWheel } from './timer-wheel.js';

/** The first probe of a check comes at most this late (`spec/scheduling.md` §5.2). */
const LATEST_FIRST_MS = 5000;

/** An interval of nothing would be a probe without end. */
const SHORTEST_INTERVAL_MS = 100;

/** Multiples of it, without their whole part, spread evenly however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

export interface HealthCheckerPorts {
  /** What is to be checked follows from it. */
  readonly state: () => State;
  readonly tell: (command: SchedulerCommand) => void;
  readonly probe: Probe;
  /** So many probes at a time. */
  readonly maxConcurrent: number;
  /** The clock of decisions, epoch ms. */
  readonly nowMs: () => number;
  readonly onProbed: (durationMs: number) => void;
  /** A failure counts as one, but changes nothing that is recorded. */
  readonly onUnrecordedFailure: (failure: FailedProbe) => void;
}

/**
 * Carries out the health checks that are Ekiden's own (`spec/scheduling.md` §5.2): every running instance is probed at
 * its own even pace, set off against all others. What to probe follows from the state alone, so a new leader simply
 * begins again. Only results that change something are told.
 */
export class HealthChecker {
  private readonly instances = new Map<string, InstanceTargets>();
  private readonly wheel: TimerWheel<Target>;
  private readonly queue: ProbeQueue;
  private readonly follower: StateFollower;
  private targetsBegun = 0;

  constructor(private readonly ports: HealthCheckerPorts) {
    this.follower = new StateFollower(ports.state, (state) => this.follow(state));
    this.wheel = new TimerWheel((target) => this.due(target));
    this.queue = new ProbeQueue(ports.maxConcurrent, (target) => this.carryOut(target));
  }

  /** Probes being carried out now. */
  get active(): number {
    return this.queue.active;
  }

  start(): void {
    this.follower.start();
  }

  /** Results of probes under way are dropped. */
  stop(): void {
    this.follower.stop();
    for (const entry of this.instances.values()) entry.stop();
    this.instances.clear();
    this.wheel.clear();
  }

  /** Brings the targets in step with the state. */
  private follow(state: State): void {
    const wanted = state.instances.probedIds();
    for (const id of wanted) {
      const instance = state.instances.get(id);
      if (instance !== undefined) this.followInstance(state, instance);
    }
    for (const [id, entry] of this.instances) {
      if (!wanted.has(id)) this.forget(id, entry);
    }
  }

  private followInstance(state: State, instance: Instance): void {
    const { id, appId, app, task } = instance;
    let entry = this.instances.get(id);
    if (entry?.instance === instance) return;
    const stored = state.versions.get(appId, app.version) !== undefined;
    if (entry !== undefined && (!stored || entry.instance.task?.id !== task?.id)) {
      this.forget(id, entry);
      entry = undefined;
    }
    if (!stored) return;
    if (entry !== undefined) return entry.follow(instance);
    entry = new InstanceTargets(instance);
    this.instances.set(id, entry);
    app.healthChecks.forEach((check, index) => {
      if (isRunByEkiden(check)) this.begin(entry.add(index, check));
    });
  }

  private forget(id: string, entry: InstanceTargets): void {
    entry.stop();
    this.instances.delete(id);
  }

  private begin(target: Target): void {
    this.targetsBegun += 1;
    const share = (this.targetsBegun * GOLDEN_RATIO) % 1;
    target.dueMs = performance.now() + share * Math.min(intervalOf(target), LATEST_FIRST_MS);
    this.wheel.schedule(target, target.dueMs);
  }

  private due(target: Target): void {
    if (target.stopped) return;
    // What could not begin in time waits for its next turn; probes of one check never overlap.
    const intervalMs = intervalOf(target);
    const missed = Math.floor(Math.max(0, performance.now() - target.dueMs) / intervalMs);
    target.dueMs += (missed + 1) * intervalMs;
    this.wheel.schedule(target, target.dueMs);
    if (target.busy) return;
    target.busy = true;
    this.queue.add(target);
  }

  private async carryOut(target: Target): Promise<void> {
    if (!target.stopped) {
      const startedMs = performance.now();
      const outcome = await this.probe(target);
      this.ports.onProbed(performance.now() - startedMs);
      if (!target.stopped) this.report(target, outcome);
    }
    target.busy = false;
  }

  private async probe({ entry, check }: Target): Promise<ProbeOutcome> {
    const endpoint = checkEndpoint(entry.instance, check);
    if (endpoint === undefined) return { healthy: false, cause: 'the address is not known yet' };
    return this.ports.probe(endpoint, check);
  }

  private report(target: Target, outcome: ProbeOutcome): void {
    if (outcome === 'discarded') return;
    const { index } = target;
    const instance = this.ports.state().instances.get(target.entry.instance.id);
    const taskId = target.entry.instance.task?.id;
    if (instance === undefined || taskId === undefined || instance.task?.id !== taskId) return;
    const nowMs = this.ports.nowMs();
    const failed = !outcome.healthy && failureCounts(instance, index, nowMs);
    target.failuresInARow = failed ? target.failuresInARow + 1 : 0;
    const result: CheckResult = outcome.healthy
      ? outcome
      : { ...outcome, failuresInARow: target.failuresInARow };
    const instanceId = instance.id;
    if (judgeResult(instance, index, result, nowMs) !== undefined) {
      this.ports.tell({ type: 'ReportHealth', instanceId, taskId, check: index, result });
    } else if (failed) {
      this.ports.onUnrecordedFailure(new FailedProbe(instance.appId, instanceId, target.check, nowMs));
    }
  }
}

const intervalOf = ({ check }: Target): number =>
  Math.max(check.intervalSeconds * 1000, SHORTEST_INTERVAL_MS);
