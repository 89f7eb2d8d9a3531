import type { CheckInfo, HealthCheck } from '#mesos';
import type { CheckResult } from '../supervisor/protocol.js';
import { PURPOSES } from './fate.js';
import type { SimulatedTask } from './simulated-task.js';
import { WheelAlarm } from './timer-wheel.js';

/** Of checks that do not say (spec/mesos-client.md §12). */
const DEFAULT_DELAY_S = 15;
const DEFAULT_INTERVAL_S = 10;
const DEFAULT_FAILURES = 3;
const DEFAULT_GRACE_S = 10;
const SECOND_MS = 1_000;

/**
 * Health check and generic check of a simulated task (spec/local-cluster.md §15, §26.2). The health check runs at its
 * interval only while something may change: as long as every result is known to be the same, nothing rings.
 */
export class HealthCourse extends WheelAlarm {
  private readonly startedAtMs: number;
  private failures = 0;
  private hasSucceeded = false;
  private wasHealthy: boolean | undefined;
  private checks = 0;
  private readonly generic: CheckCourse | undefined;

  constructor(
    private readonly task: SimulatedTask,
    private readonly subject: number,
    private readonly healthCheck: HealthCheck | undefined,
    check: CheckInfo | undefined,
  ) {
    super();
    this.startedAtMs = task.agent.simulation.clock.nowMs();
    this.generic = check === undefined ? undefined : new CheckCourse(task, check);
  }

  start(): void {
    this.generic?.start();
    if (this.healthCheck !== undefined)
      this.wait((this.healthCheck.delay_seconds ?? DEFAULT_DELAY_S) * SECOND_MS);
  }

  stop(): void {
    this.task.agent.simulation.wheel.cancel(this);
    this.generic?.stop();
  }

  override ring(): void {
    const { healthCheck } = this;
    if (healthCheck === undefined || !this.task.isRunning) return;
    const elapsedMs = this.task.agent.simulation.clock.nowMs() - this.startedAtMs;
    this.checks += 1;
    if (this.isOk(elapsedMs)) this.succeed();
    else this.fail(healthCheck, elapsedMs);
    if (this.task.isBeingKilled || !this.task.isRunning) return;
    const intervalMs = Math.max(1, (healthCheck.interval_seconds ?? DEFAULT_INTERVAL_S) * SECOND_MS);
    const pauseMs = this.pauseMs(elapsedMs, intervalMs);
    if (pauseMs !== undefined) this.wait(pauseMs);
  }

  private wait(delayMs: number): void {
    this.task.agent.simulation.wheel.set(this, delayMs);
  }

  private isOk(elapsedMs: number): boolean {
    const { firstOkMs, flap, failAfterMs, failProbability } = this.task.currentBehavior.health;
    if (firstOkMs !== undefined && elapsedMs < firstOkMs) return false;
    if (failAfterMs !== undefined && elapsedMs >= failAfterMs) return false;
    if (flap?.findLast(([atMs]) => atMs <= elapsedMs)?.[1] === false) return false;
    const { fates } = this.task.agent.simulation;
    return !fates.happens(failProbability, PURPOSES.health, this.subject, this.checks);
  }

  /** Told on the first success and after failures only. */
  private succeed(): void {
    this.failures = 0;
    this.hasSucceeded = true;
    if (this.wasHealthy === true) return;
    this.wasHealthy = true;
    this.task.reportHealth(true, false);
  }

  private fail(
    { grace_period_seconds: grace, consecutive_failures: most }: HealthCheck,
    elapsedMs: number,
  ): void {
    if (!this.hasSucceeded && elapsedMs < (grace ?? DEFAULT_GRACE_S) * SECOND_MS) return;
    this.failures += 1;
    this.wasHealthy = false;
    this.task.reportHealth(false, this.failures >= (most ?? DEFAULT_FAILURES));
  }

  /** Checks that are known to succeed are not carried out one by one; undefined: nothing can change any more. */
  private pauseMs(elapsedMs: number, intervalMs: number): number | undefined {
    const { flap = [], failAfterMs, failProbability } = this.task.currentBehavior.health;
    if (failProbability > 0 || this.wasHealthy !== true) return intervalMs;
    const changes = [...flap.map(([atMs]) => atMs), ...(failAfterMs === undefined ? [] : [failAfterMs])];
    const next = Math.min(...changes.filter((atMs) => atMs > elapsedMs));
    if (!Number.isFinite(next)) return undefined;
    return Math.max(1, Math.ceil((next - elapsedMs) / intervalMs)) * intervalMs;
  }
}

/** A generic check: a result of its own from each given time on. */
class CheckCourse extends WheelAlarm {
  private readonly startedAtMs: number;
  private value: number | boolean | undefined;

  constructor(
    private readonly task: SimulatedTask,
    private readonly check: CheckInfo,
  ) {
    super();
    this.startedAtMs = task.agent.simulation.clock.nowMs();
  }

  start(): void {
    this.wait((this.check.delay_seconds ?? DEFAULT_DELAY_S) * SECOND_MS);
  }

  stop(): void {
    this.task.agent.simulation.wheel.cancel(this);
  }

  override ring(): void {
    if (!this.task.isRunning) return;
    const elapsedMs = this.task.agent.simulation.clock.nowMs() - this.startedAtMs;
    const course = this.task.currentBehavior.check;
    const value = course.findLast(([atMs]) => atMs <= elapsedMs)?.[1] ?? this.good;
    if (value !== this.value) {
      this.value = value;
      this.task.reportCheck(this.resultOf(value));
    }
    const next = course.find(([atMs]) => atMs > elapsedMs)?.[0];
    if (next === undefined) return;
    const intervalMs = Math.max(1, (this.check.interval_seconds ?? DEFAULT_INTERVAL_S) * SECOND_MS);
    this.wait(Math.ceil((next - elapsedMs) / intervalMs) * intervalMs);
  }

  private wait(delayMs: number): void {
    this.task.agent.simulation.wheel.set(this, delayMs);
  }

  private get good(): number | boolean {
    if (this.check.type === 'TCP') return true;
    return this.check.type === 'HTTP' ? 200 : 0;
  }

  private resultOf(value: number | boolean): CheckResult {
    if (this.check.type === 'TCP') return { succeeded: value === true || value === 1 };
    return this.check.type === 'HTTP' ? { statusCode: Number(value) } : { exitCode: Number(value) };
  }
}
