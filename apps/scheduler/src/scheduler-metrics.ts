import type { Effect } from '#domain';
import { TASK_UPDATE_COUNTERS, type Metrics } from '#observability';

/** The instruments of the scheduler, each obtained once (`spec/operations.md` §13.2). */
export class SchedulerMetrics {
  private readonly appends;
  private readonly appendDuration;
  private readonly offersIncoming;
  private readonly offersUsed;
  private readonly offersDeclined;
  private readonly launchOperations;
  private readonly tasksLaunched;
  private readonly revives;
  private readonly suppressions;
  private readonly connectedGauge;
  private readonly reconnects;
  private readonly commandsRejected;
  private readonly termStart;
  private readonly probeDuration;
  private subscriptions = 0;

  constructor(private readonly metrics: Metrics) {
    this.appends = metrics.counter('log.appends');
    this.appendDuration = metrics.timer('log.append.duration');
    this.offersIncoming = metrics.counter('mesos.offers.incoming');
    this.offersUsed = metrics.counter('mesos.offers.used');
    this.offersDeclined = metrics.counter('mesos.offers.declined');
    this.launchOperations = metrics.counter('mesos.offer-operations.launch');
    this.tasksLaunched = metrics.counter('tasks.launched');
    this.revives = metrics.counter('mesos.calls.revive');
    this.suppressions = metrics.counter('mesos.calls.suppress');
    this.connectedGauge = metrics.gauge('mesos.connected');
    this.reconnects = metrics.counter('mesos.reconnects');
    this.probeDuration = metrics.timer('health-checks.duration');
    this.termStart = metrics.gauge('leadership.start.duration');
    this.commandsRejected = metrics.counter('commands.rejected');
  }

  /** Gauges that are read off the scheduler when somebody looks. */
  observe(gauges: {
    leadershipStartedMs: () => number | undefined;
    epoch: () => number;
    queuedCommands: () => number;
    inFlightKills: () => number;
    /** Health and readiness checks under way. */
    activeChecks: () => number;
  }): void {
    const duration = this.metrics.gauge('leadership.duration');
    const epoch = this.metrics.gauge('leadership.epoch');
    const leader = this.metrics.gauge('leadership.leader');
    const queued = this.metrics.gauge('commands.queued');
    const checks = this.metrics.gauge('health-checks.active');
    const kills = this.metrics.gauge('instances.inflight-kills');
    this.metrics.beforeReading(() => {
      const startedMs = gauges.leadershipStartedMs();
      duration.set(startedMs === undefined ? 0 : (performance.now() - startedMs) / 1000);
      leader.set(startedMs === undefined ? 0 : 1);
      epoch.set(gauges.epoch());
      queued.set(gauges.queuedCommands());
      kills.set(gauges.inFlightKills());
      checks.set(gauges.activeChecks());
    });
  }

  /** The state was loaded and the first event of a term is durable. */
  termBegan(durationMs: number): void {
    this.termStart.set(durationMs / 1000);
  }

  /** A batch became durable. */
  appended(durationMs: number): void {
    this.appends.increment();
    this.appendDuration.record(durationMs);
  }

  /** A health check was carried out. */
  probed(durationMs: number): void {
    this.probeDuration.record(durationMs);
  }

  rejected(): void {
    this.commandsRejected.increment();
  }

  connected(connected: boolean): void {
    this.connectedGauge.set(connected ? 1 : 0);
    if (!connected) return;
    this.subscriptions += 1;
    if (this.subscriptions > 1) this.reconnects.increment();
  }

  offersReceived(count: number): void {
    this.offersIncoming.increment(count);
  }

  statusReceived(state: keyof typeof TASK_UPDATE_COUNTERS): void {
    this.metrics.counter(TASK_UPDATE_COUNTERS[state]).increment();
  }

  called(effect: Effect): void {
    switch (effect.type) {
      case 'AcceptOffer':
        this.offersUsed.increment();
        this.launchOperations.increment(effect.launches.length);
        return this.tasksLaunched.increment(effect.launches.length);
      case 'DeclineOffers':
        return this.offersDeclined.increment(effect.offerIds.length);
      case 'ReviveRoles':
        return this.revives.increment();
      case 'UpdateRoles':
        if (effect.suppressedRoles.length > 0) this.suppressions.increment();
        return;
      default:
        return;
    }
  }
}
