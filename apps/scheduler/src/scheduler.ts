import { EXIT_CODES, type Configuration, type ExitCode } from '#configuration';
import {
  haveLiveTasks,
  launchQueue,
  rolesWanted,
  type AgentAddress,
  type ClusterIdentity,
  type DomainSettings,
  type FailedProbe,
  type PlanChange,
  type PlannedChange,
  type QueueItem,
  type SchedulerCommand,
  type SchedulerStatus,
  type State,
  type Submission,
  type SubmitCommand,
} from '#domain';
import { LogUnavailableError, type EventLog } from '#event-log';
import type { Authentication, MasterDetector } from '#mesos';
import type { Logging, Metrics } from '#observability';
import type { WebhookSecrets } from '#secrets';
import { setTimeout as delay } from 'node:timers/promises';
import { domainSettings } from './domain-settings.js';
import { WarmState } from './following/warm-state.js';
import { HealthChecker } from './health/health-checker.js';
import { checkIdentity } from './lead/cluster-identity.js';
import { LeadLostError, type Lead } from './lead/lead.js';
import { LogPatience } from './lead/log-patience.js';
import { FRAMEWORK_ID_MISSING } from './mesos/fatal-texts.js';
import { MesosSession } from './mesos/mesos-session.js';
import { Planner } from './planning/planner.js';
import { ReadinessPoller } from './readiness/readiness-poller.js';
import type { SchedulerDoor } from './scheduler-door.js';
import { SchedulerMetrics } from './scheduler-metrics.js';
import { realSurroundings, type Surroundings } from './surroundings.js';
import { webhookDeliveries } from './webhooks/create-webhook-deliveries.js';
import type { WebhookDeliveries } from './webhooks/webhook-deliveries.js';
import { within } from './within.js';
import type { IdentitySource } from './writer/identity-source.js';
import { Snapshotter } from './writer/snapshotter.js';
import { Writer } from './writer/writer.js';

/** What a process gives to its scheduler. */
export interface SchedulerOptions {
  readonly log: EventLog;
  readonly configuration: Configuration;
  readonly logging: Logging;
  readonly metrics: Metrics;
  /** Opens the secrets of webhooks. */
  readonly secrets: WebhookSecrets;
  readonly detector: MasterDetector;
  readonly authentication?: Authentication;
  /** Whether this node may act as the leader. */
  readonly lead: Lead;
  readonly cluster: ClusterIdentity;
  /** A state folded from the log by the read side of the process, where there is one. */
  readonly presentState?: () => State | undefined;
  /** `host:port` under which this node is known. */
  readonly node: () => string;
  /** The process cannot go on as leader; it should end with this code. */
  readonly onFatal: (exitCode: ExitCode, message: string) => void;
  /** Another node leads, or may: this one has stopped acting. */
  readonly onDeposed: (reason: Error) => void;
  /** What is not the real world, as in a simulation. */
  readonly surroundings?: Partial<Surroundings>;
}

/** How often a log that is not there at the election is tried again. */
const RETRY_INTERVAL_MS = 1000;

/** The leader: one writer, its clock and its session with Mesos. Before that, the warm state of a node that may lead. */
export class Scheduler implements SchedulerDoor {
  private readonly writer: Writer;
  private readonly planner: Planner;
  private readonly session: MesosSession;
  private readonly health: HealthChecker;
  private readonly readiness: ReadinessPoller;
  private readonly webhooks: WebhookDeliveries;
  private readonly surroundings: Surroundings;
  private readonly identity: IdentitySource;
  private readonly warm: WarmState;
  private ticker: NodeJS.Timeout | undefined;
  private sessionWanted = false;
  private failedProbes: ((failure: FailedProbe) => void) | undefined;
  private leadershipStartedMs: number | undefined;

  constructor(private readonly options: SchedulerOptions) {
    const { log, configuration, logging, node, lead, cluster, detector, authentication, onFatal } = options;
    const metrics = new SchedulerMetrics(options.metrics);
    this.surroundings = { ...realSurroundings(), ...options.surroundings };
    this.identity = this.surroundings.identity;
    const snapshotter = new Snapshotter(
      log,
      configuration.snapshotIntervalEvents,
      logging.logger('snapshots'),
    );
    this.warm = new WarmState({ log, snapshotter, logger: logging.logger('standby') });
    const settings = domainSettings(configuration);
    this.planner = this.newPlanner(settings);
    this.writer = new Writer({
      log,
      lead,
      cluster,
      node,
      metrics,
      snapshotter,
      warm: this.warm,
      ...(options.presentState === undefined ? {} : { presentState: options.presentState }),
      maxQueuedCommands: configuration.maxQueuedRootGroupUpdates,
      identity: this.identity,
      settings,
      logger: logging.logger('writer'),
      perform: (effects) => this.session.perform(effects),
      onDegraded: () => this.standBack(),
      onReady: () => this.becomeLeader(),
      onDeposed: options.onDeposed,
    });
    this.session = new MesosSession({
      configuration,
      detector,
      authentication,
      transport: this.surroundings.transport,
      metrics,
      logger: logging.logger('mesos'),
      tell: (command, settled) => this.writer.tell(command, settled),
      room: () => this.writer.room(),
      mayAct: () => lead.mayAct(),
      frameworkId: () => this.writer.view.state.frameworkId,
      roles: () => rolesWanted(this.writer.view, this.identity.nowMs()),
      onFatal,
    });
    const state = (): State => this.writer.view.state;
    const tell = (command: SchedulerCommand): void => this.writer.tell(command);
    this.health = new HealthChecker({
      state,
      tell,
      probe: this.surroundings.probe,
      maxConcurrent: configuration.maxConcurrentMarathonHealthChecks,
      nowMs: () => this.identity.nowMs(),
      onProbed: (durationMs) => metrics.probed(durationMs),
      onUnrecordedFailure: (failure) => this.failedProbes?.(failure),
    });
    this.readiness = new ReadinessPoller({ state, tell, ask: this.surroundings.askReadiness });
    this.webhooks = webhookDeliveries(options, this.writer, this.surroundings);
    this.showTo(metrics);
  }

  private showTo(metrics: SchedulerMetrics): void {
    const { lead } = this.options;
    metrics.observe({
      leadershipStartedMs: () => (this.leads && lead.mayAct() ? this.leadershipStartedMs : undefined),
      epoch: () => this.writer.currentEpoch,
      queuedCommands: () => this.writer.queuedCommands,
      activeChecks: () => this.health.active + this.readiness.active,
      inFlightKills: () => this.writer.view.runtime.kills.inFlight,
    });
  }

  private newPlanner(settings: DomainSettings): Planner {
    return new Planner({
      settings,
      view: () => this.writer.view,
      nowMs: () => this.identity.nowMs(),
      lookForAgents: () => this.writer.tell({ type: 'LookForAgents' }),
    });
  }

  /**
   * Follows the log from here on, so that an election finds the state at its head. For nodes that may wait long for it.
   *
   * @throws {WrongClusterError} the log is that of a cluster with another identity.
   */
  async warmUp(): Promise<void> {
    await this.warm.start();
    checkIdentity(this.options.cluster, this.warm.state?.cluster);
  }

  /** Whether the state was loaded in this node's term, and the term is not over; also while the log takes no writes. */
  get leads(): boolean {
    return this.leadershipStartedMs !== undefined && this.sessionWanted;
  }

  /**
   * Brings the state to the head of the log and takes the lead; the session with Mesos begins when that is done. A log
   * that is out of reach is waited for: as long as becoming the leader may take, in a cluster as long as its leader may
   * be without the log.
   *
   * @throws {LogLostError} another node should try.
   */
  async start(): Promise<void> {
    this.sessionWanted = true;
    // Before anybody is fenced.
    checkIdentity(this.options.cluster, this.warm.state?.cluster);
    await this.startWriter();
    if (!this.sessionWanted) return;
    this.ticker = setInterval(() => this.writer.tell({ type: 'Tick' }), this.surroundings.tickIntervalMs);
  }

  private async startWriter(): Promise<void> {
    const { cluster, configuration, lead } = this.options;
    const limitMs = configuration.onElectedPrepareTimeoutMs;
    const message = `the state could not be loaded within ${limitMs} ms`;
    // In a cluster the wait for the log has a limit of its own, and does not count.
    if (cluster.electionPath === undefined) return within(limitMs, this.tryToStart(), message);
    const patience = new LogPatience({ cluster, lead });
    await this.tryToStart(
      (task) => within(limitMs, task, message),
      (reason) => patience.check(reason),
    );
  }

  private async tryToStart(
    bounded: (task: Promise<void>) => Promise<void> = (task) => task,
    onUnavailable: (reason: string) => void = () => undefined,
  ): Promise<void> {
    while (this.sessionWanted) {
      try {
        return await bounded(this.writer.start());
      } catch (error) {
        if (!(error instanceof LogUnavailableError) || error.code === 'closed') throw error;
        const reason = error.message;
        onUnavailable(reason);
        this.options.logging.logger('writer').warn({ reason }, 'the event log takes no writes: trying again');
      }
      await delay(RETRY_INTERVAL_MS);
    }
    throw new LeadLostError('the lead was lost before the state was loaded');
  }

  /** Leaves Mesos with the tasks running and gives up the lead once everything decided is durable. */
  async stop(): Promise<void> {
    await this.webhooks.finish();
    this.rest();
    // The writer may be taking the warm state over.
    await this.writer.stop();
    await this.warm.stop();
  }

  /** The lead is over: nothing is decided or sent from here on; what is on the log is still answered. */
  drop(reason: string): void {
    this.rest();
    this.writer.drop(reason);
  }

  /** The node may act again after it might not: goes on at once. */
  wake(): void {
    this.writer.wake();
  }

  private rest(): void {
    this.sessionWanted = false;
    clearInterval(this.ticker);
    this.stopChecks();
    this.session.stop();
  }

  /** Hands failed probes that change nothing on the log to `listener`, or to nobody. */
  tellFailedProbes(listener: ((failure: FailedProbe) => void) | undefined): void {
    this.failedProbes = listener;
  }

  submit(command: SubmitCommand): Promise<Submission> {
    return this.writer.submit(command);
  }

  /** What a command would come to; undefined while the state is not loaded. */
  async plan(question: PlanChange): Promise<PlannedChange | undefined> {
    return this.writer.ready ? this.planner.plan(question) : undefined;
  }

  /** The launch queue as it stands (`spec/scheduling.md` §2.7). */
  queue(): QueueItem[] {
    const { state, runtime } = this.writer.view;
    return launchQueue(state, runtime, this.identity.nowMs());
  }

  status(): SchedulerStatus {
    return { ...this.session.status(), ready: this.writer.ready };
  }

  locateAgent(agentId: string): Promise<AgentAddress | undefined> {
    return this.session.agents.find(agentId);
  }

  private becomeLeader(): void {
    this.leadershipStartedMs ??= performance.now();
    if (!this.sessionWanted) return;
    const { state } = this.writer.view;
    if (state.frameworkId === undefined && haveLiveTasks(state.instances.values()))
      return this.options.onFatal(EXIT_CODES.frameworkIdMissing, FRAMEWORK_ID_MISSING);
    this.session.start();
    this.health.start();
    this.readiness.start();
    this.webhooks.start();
  }

  /** The writer rebuilds its state: a new session and new checks begin with it, and Mesos tells everything again. */
  private standBack(): void {
    this.stopChecks();
    this.session.stop();
  }

  private stopChecks(): void {
    this.health.stop();
    this.readiness.stop();
    this.webhooks.stop();
  }
}
