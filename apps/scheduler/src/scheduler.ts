import { EXIT_CODES, type Configuration, type ExitCode } from '#configuration';
import {
  launchQueue,
  rolesWanted,
  type QueueItem,
  type SchedulerCommand,
  type FailedProbe,
  type SchedulerStatus,
  type State,
  type Submission,
  type SubmitCommand,
} from '#domain';
import type { EventLog } from '#event-log';
import type { Authentication, MasterDetector } from '#mesos';
import type { Logging, Metrics } from '#observability';
import { domainSettings } from './domain-settings.js';
import { HealthChecker } from './health/health-checker.js';
import { createProbe } from './health/probe.js';
import { MesosSession } from './mesos/mesos-session.js';
import { askReadiness } from './readiness/ask-readiness.js';
import { ReadinessPoller } from './readiness/readiness-poller.js';
import { SchedulerMetrics } from './scheduler-metrics.js';
import { IdentitySource } from './writer/identity-source.js';
import { Snapshotter } from './writer/snapshotter.js';
import { Writer } from './writer/writer.js';

/** How often the writer is told that time has passed. */
const TICK_INTERVAL_MS = 100;

/** What a process gives to its scheduler. */
export interface SchedulerOptions {
  readonly log: EventLog;
  readonly configuration: Configuration;
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly detector: MasterDetector;
  readonly authentication?: Authentication;
  /** `host:port` under which this node is known. */
  readonly node: string;
  /** The process cannot go on as leader; it should end with this code. */
  readonly onFatal: (exitCode: ExitCode, message: string) => void;
}

/** The leader: one writer, its clock and its session with Mesos. */
export class Scheduler {
  private readonly writer: Writer;
  private readonly session: MesosSession;
  private readonly health: HealthChecker;
  private readonly readiness: ReadinessPoller;
  private readonly identity = new IdentitySource();
  private ticker: NodeJS.Timeout | undefined;
  private sessionWanted = false;
  private failedProbes: ((failure: FailedProbe) => void) | undefined;
  private leadershipStartedMs: number | undefined;

  constructor(private readonly options: SchedulerOptions) {
    const { log, configuration, logging, node, detector, authentication, onFatal } = options;
    const metrics = new SchedulerMetrics(options.metrics);
    this.writer = new Writer({
      log,
      node,
      metrics,
      maxQueuedCommands: configuration.maxQueuedRootGroupUpdates,
      identity: this.identity,
      settings: domainSettings(configuration),
      snapshotter: new Snapshotter(log, configuration.snapshotIntervalEvents, logging.logger('snapshots')),
      logger: logging.logger('writer'),
      perform: (effects) => this.session.perform(effects),
      onDegraded: () => this.standBack(),
      onReady: () => this.becomeLeader(),
    });
    this.session = new MesosSession({
      configuration,
      detector,
      authentication,
      metrics,
      logger: logging.logger('mesos'),
      tell: (command, settled) => this.writer.tell(command, settled),
      frameworkId: () => this.writer.view.state.frameworkId,
      roles: () => rolesWanted(this.writer.view, this.identity.nowMs()),
      onFatal,
    });
    const state = (): State => this.writer.view.state;
    const tell = (command: SchedulerCommand): void => this.writer.tell(command);
    this.health = new HealthChecker({
      state,
      tell,
      probe: createProbe(),
      maxConcurrent: configuration.maxConcurrentMarathonHealthChecks,
      nowMs: () => this.identity.nowMs(),
      onProbed: (durationMs) => metrics.probed(durationMs),
      onUnrecordedFailure: (failure) => this.failedProbes?.(failure),
    });
    this.readiness = new ReadinessPoller({ state, tell, ask: askReadiness });
    metrics.observe({
      leadershipStartedMs: () => (this.writer.ready ? this.leadershipStartedMs : undefined),
      epoch: () => this.writer.currentEpoch,
      queuedCommands: () => this.writer.queuedCommands,
      activeChecks: () => this.health.active + this.readiness.active,
      inFlightKills: () => this.writer.view.runtime.kills.inFlight,
    });
  }

  /** Recovers the state and takes the lead; the session with Mesos begins when that is done. */
  async start(): Promise<void> {
    this.sessionWanted = true;
    const limitMs = this.options.configuration.onElectedPrepareTimeoutMs;
    await within(limitMs, this.writer.start(), `the state could not be loaded within ${limitMs} ms`);
    this.ticker = setInterval(() => this.writer.tell({ type: 'Tick' }), TICK_INTERVAL_MS);
  }

  /** Leaves Mesos with the tasks running and gives up the lead once everything decided is durable. */
  async stop(): Promise<void> {
    this.sessionWanted = false;
    clearInterval(this.ticker);
    this.stopChecks();
    this.session.stop();
    await this.writer.stop();
  }

  /** Hands failed probes that change nothing on the log to `listener`, or to nobody. */
  tellFailedProbes(listener: ((failure: FailedProbe) => void) | undefined): void {
    this.failedProbes = listener;
  }

  submit({ command, actor, idempotencyKey }: SubmitCommand): Promise<Submission> {
    return this.writer.submit(command, actor, idempotencyKey);
  }

  /** The launch queue as it stands (`spec/scheduling.md` §2.7). */
  queue(): QueueItem[] {
    const { state, runtime } = this.writer.view;
    return launchQueue(state, runtime, this.identity.nowMs());
  }

  status(): SchedulerStatus {
    return {
      ...this.session.status(),
      frameworkId: this.writer.view.state.frameworkId ?? null,
      ready: this.writer.ready,
    };
  }

  private becomeLeader(): void {
    this.leadershipStartedMs = performance.now();
    if (!this.sessionWanted) return;
    const { state } = this.writer.view;
    if (state.frameworkId === undefined && hasTasks(state.instances.values())) {
      const message =
        'the log holds running instances but no framework id: registering anew would orphan every task';
      return this.options.onFatal(EXIT_CODES.frameworkIdMissing, message);
    }
    this.session.start();
    this.health.start();
    this.readiness.start();
  }

  /** The writer rebuilds its state: a new session and new checks begin with it, and Mesos tells everything again. */
  private standBack(): void {
    this.stopChecks();
    this.session.stop();
  }

  private stopChecks(): void {
    this.health.stop();
    this.readiness.stop();
  }
}

function hasTasks(instances: Iterable<{ readonly task?: unknown }>): boolean {
  for (const instance of instances) if (instance.task !== undefined) return true;
  return false;
}

/** Rejects with `message` when the task takes longer than `limitMs`. */
async function within(limitMs: number, task: Promise<void>, message: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), limitMs);
  });
  try {
    await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
}
