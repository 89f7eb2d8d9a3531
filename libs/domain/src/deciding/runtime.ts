import { StepBook } from '../deployments/execution/step-progress.js';
import type { DomainEvent, TaskStatusChange } from '../events/domain-event.js';
import type { Condition } from '../instances/condition.js';
import { isProvisioned, isScheduled, type Instance } from '../instances/instance.js';
import { KillBook, settleKill } from '../instances/kill-service.js';
import { BackoffBook } from '../launching/backoff.js';
import { KnownAgents } from '../launching/known-agents.js';
import { Candidates } from '../launching/matching/candidate.js';
import { LaunchTokens } from '../launching/launch-tokens.js';
import { OfferDemand } from '../launching/offer-demand.js';
import { OfferStatistics } from '../launching/offer-statistics.js';
import { ReviveSchedule } from '../launching/revive.js';
import type { State } from '../state/state.js';
import { ReconciliationBook } from './reconciliation-book.js';
import type { DomainSettings } from './settings.js';
import { TouchedApps } from './touched-apps.js';
import { WaitingOffers } from './waiting-offers.js';

/** Ends that lengthen the back-off of the configuration (`spec/scheduling.md` §2.3). */
const FAILURES: ReadonlySet<Condition> = new Set<Condition>([
  'Finished',
  'Failed',
  'Error',
  'Dropped',
  'Gone',
]);
/** Conditions that start a running back-off anew. */
const PROGRESS: ReadonlySet<Condition> = new Set<Condition>([
  'Provisioned',
  'Staging',
  'Starting',
  'Running',
]);

const DRAINING: ReadonlySet<string | undefined> = new Set(['REASON_AGENT_DRAINING', 'REASON_SLAVE_DRAINING']);

/**
 * What the scheduler knows beside the log: back-off, tokens, kills in flight, offer statistics, the session
 * with Mesos, what it has looked at and what not. All of it may be lost with the process; a new leader starts it empty (`spec/scheduling.md` §2.3).
 */
export class SchedulerRuntime {
  connected = false;
  /** Region of the master's domain, if it has one (§3.6). */
  localRegion: string | undefined;
  readonly backoff = new BackoffBook();
  readonly tokens: LaunchTokens;
  readonly kills = new KillBook();
  /** What is left to decide: the apps that must be looked at. */
  readonly touched = new TouchedApps();
  /** How far the steps of the deployments are. */
  readonly steps = new StepBook();
  readonly statistics = new OfferStatistics();
  readonly revive: ReviveSchedule;
  readonly demand = new OfferDemand(this.backoff);
  readonly reconciliation = new ReconciliationBook();
  /** Demand for offers or back-offs changed since Mesos was last told what is wanted. */
  demandChanged = true;
  /** When to look at the demand again without a change, epoch ms. */
  nextDemandLookMs = 0;
  /** What matching worked out about the definitions that wait. */
  readonly candidates: Candidates;
  /** Offers that still need an answer. */
  readonly offers = new WaitingOffers();
  /** What is known of the agents, for those who plan. */
  readonly agents = new KnownAgents();
  lastScaleCheckMs: number | undefined;
  lastSlowTickMs: number;
  lastUnreachableCheckMs: number;
  /** Since when instances of an app wait for a launch, epoch ms. */
  private readonly queuedSince = new Map<string, number>();

  constructor(
    settings: DomainSettings,
    /** Begin of this leader's term, epoch ms. */
    readonly startedAtMs: number,
  ) {
    this.candidates = new Candidates(settings);
    this.tokens = new LaunchTokens(settings.launchTokens, settings.launchTokenRefreshIntervalMs, startedAtMs);
    this.revive = new ReviveSchedule(settings);
    this.lastSlowTickMs = startedAtMs;
    this.lastUnreachableCheckMs = startedAtMs;
  }

  /** Whether a turn without news has something to decide all the same. */
  get hasWork(): boolean {
    return !this.touched.isDone || this.offers.length > 0;
  }

  sessionBegan(region: string | undefined): void {
    this.connected = true;
    this.localRegion = region;
    this.kills.forgetAll();
    this.revive.sessionBegan();
    this.demandChanged = true;
  }

  sessionEnded(): void {
    this.connected = false;
    this.offers.forgetAll();
    this.reconciliation.stop();
  }

  /** The app left the tree: nothing of it is remembered. */
  private forgetApp(appId: string): void {
    this.resetBackoff(appId);
    this.statistics.forget(appId);
    this.queuedSince.delete(appId);
  }

  /** No configuration of the app is held back any longer. */
  resetBackoff(appId: string): void {
    this.backoff.resetAll(appId);
    this.demandChanged = true;
  }

  /** Takes note of everything a recovered state holds. */
  learn(state: State, nowMs: number): void {
    for (const instance of state.instances.values()) {
      this.demand.learnRole(instance.role);
      if (isInQueue(instance)) this.queuedSince.set(instance.appId, nowMs);
    }
  }

  /** Since when the app is in the launch queue, epoch ms; undefined when it is not. */
  queuedSinceMs(appId: string): number | undefined {
    return this.queuedSince.get(appId);
  }

  /** Learns from an event that was just folded in; `before`: the instance it is about, as it was. */
  observe(
    after: State,
    { event, before, nowMs }: { event: DomainEvent; before: Instance | undefined; nowMs: number },
  ): void {
    if (event.type === 'AppDeleted') return this.forgetApp(event.data.appId);
    if (event.type === 'DeploymentSucceeded' || event.type === 'DeploymentFailed') {
      return this.steps.forget(event.data.plan.id);
    }
    if (!('instanceId' in event.data)) return;
    if (before !== undefined) this.observeProgress(before, event, nowMs);
    this.agents.observe(event, before);
    const { instanceId, appId } = event.data;
    const instance = after.instances.get(instanceId);
    settleKill(this.kills, after.instances, instanceId);
    if (event.type === 'InstanceScheduled') this.demand.learnRole(event.data.role);
    this.demandChanged = true;
    const wasInQueue = isInQueue(before);
    if (wasInQueue !== isInQueue(instance)) this.observeQueue(after.instances.isQueued(appId), appId, nowMs);
  }

  private observeProgress(before: Instance, event: DomainEvent, nowMs: number): void {
    if (event.type === 'TaskStatusChanged') this.observeStatus(before, event.data, nowMs);
    else if (event.type === 'InstanceProvisioned') this.backoff.rebase(before.app, nowMs);
  }

  private observeStatus(instance: Instance, change: TaskStatusChange, nowMs: number): void {
    const { condition, conditionChanged, reason, state } = change;
    const drained = (state === 'TASK_KILLED' || state === 'TASK_GONE_BY_OPERATOR') && DRAINING.has(reason);
    if (drained) this.backoff.reset(instance.app);
    if (!conditionChanged) return;
    if (FAILURES.has(condition) && !drained) this.backoff.recordFailure(instance.app, nowMs);
    else if (PROGRESS.has(condition)) this.backoff.rebase(instance.app, nowMs);
    if (condition === 'Running' && change.healthy !== false) this.tokens.earn();
  }

  private observeQueue(isQueued: boolean, appId: string, nowMs: number): void {
    if (!isQueued) this.queuedSince.delete(appId);
    else if (!this.queuedSince.has(appId)) this.queuedSince.set(appId, nowMs);
  }
}

/** Waits for an offer, or was just sent to one. */
const isInQueue = (instance: Instance | undefined): boolean =>
  instance !== undefined && (isScheduled(instance) || isProvisioned(instance));
