import type { Resource } from '#mesos';
import type { Timer } from '../../runtime/clock.js';
import type { MaintenanceSchedule } from '../agents/maintenance.js';
import { offerMessage } from '../events/offer-event.js';
import type { Accounts } from '../state/accounts.js';
import type { Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import type { DeclineFilters } from './decline-filters.js';
import { effectiveRefuseSeconds, type RoleFilters } from './decline-filters.js';
import type { FairShare, Holder } from './fair-share.js';
import type { InverseOffers } from './inverse-offers.js';
import { MadeOffers } from './made-offers.js';
import { minimumOfferFor, parseMinimumOffer, reachesMinimum, type Quantities } from './minimum-offer.js';
import { passesConstraints } from './offer-constraints.js';
import { visibleResources } from './visible-resources.js';

/** Parts the allocator works with. */
export interface AllocatorParts {
  readonly offers: OfferBook;
  readonly accounts: Accounts;
  readonly filters: DeclineFilters;
  readonly fairShare: FairShare;
  readonly maintenance: MaintenanceSchedule;
  readonly inverseOffers: InverseOffers;
}

const SECOND_MS = 1000;

/** Agents in one turn of the event loop: at most some milliseconds of work, offers to all of them included. */
const AGENTS_PER_TURN = 400;

/** A run that has agents ahead of it. */
interface Run {
  readonly agents: readonly Agent[];
  /** How many have had their turn. */
  done: number;
  readonly made: MadeOffers;
  /** What was given back, and which filters there were, before it began; only for a run over all agents. */
  readonly market: { readonly returns: number; readonly version: number } | undefined;
  durationMs: number;
  readonly onEnd: (() => void)[];
}

/**
 * Hands free resources to frameworks (spec/local-cluster.md §5): every `allocation_interval` over all agents, and
 * at once where an event asks for it. Requests of one turn are one run; runs never overlap. A run over many agents
 * takes several turns of the event loop, and is announced at its end (§26.5).
 */
export class Allocator {
  private readonly minimum: readonly Quantities[];
  private candidates: 'all' | Set<Agent> = new Set();
  private pendingRun: Timer | undefined;
  private batchTimer: Timer | undefined;
  private isPaused = false;
  private current: Run | undefined;
  private nextTurn: Timer | undefined;
  /** What a run over all agents found that made no offer. */
  private quiet: { readonly returns: number; readonly version: number; readonly untilMs: number } | undefined;
  /** Runs so far. */
  runs = 0;
  /** Duration of the latest run. */
  lastRunMs = 0;

  constructor(
    private readonly state: MasterState,
    private readonly parts: AllocatorParts,
  ) {
    this.minimum = parseMinimumOffer(state.options.minAllocatableResources);
  }

  start(): void {
    const { clock, options } = this.state;
    this.batchTimer = clock.schedule(options.allocationIntervalMs, () => {
      this.start();
      if (this.current !== undefined || this.isQuiet()) return;
      this.candidates = 'all';
      this.run();
    });
  }

  /** A run that is under way is given up. */
  stop(): void {
    this.cancelTimers();
    this.nextTurn?.cancel();
    for (const tell of this.current?.onEnd ?? []) tell();
    this.current = undefined;
  }

  /** No run until `resume` or `runNow`: what is asked for meanwhile is remembered. One that is under way ends. */
  pause(): void {
    this.isPaused = true;
    this.cancelTimers();
  }

  resume(): void {
    this.isPaused = false;
    this.cancelTimers();
    this.start();
    this.request('all');
  }

  /** One run over all agents, also while paused; resolves when it is over, and it is over at once if it is short. */
  async runNow(): Promise<void> {
    while (this.current !== undefined) await this.endOf(this.current);
    this.candidates = 'all';
    this.run();
    if (this.current !== undefined) await this.endOf(this.current);
  }

  /** A run in the next turn, over these agents besides those already asked for. */
  request(agents: 'all' | Agent): void {
    this.quiet = undefined;
    if (agents === 'all') this.candidates = 'all';
    else if (this.candidates !== 'all') this.candidates.add(agents);
    if (!this.isPaused) this.pendingRun ??= this.state.clock.schedule(0, () => this.run());
  }

  /** Gives resources back that the holder did not want, for so long (C§21.2). */
  decline(holder: Holder, agent: Agent, refused: { resources: readonly Resource[]; seconds?: number }): void {
    const seconds = effectiveRefuseSeconds(refused.seconds);
    if (seconds === 0 || refused.resources.length === 0) return;
    const { clock, options } = this.state;
    this.parts.filters.add(holder, agent.id, {
      resources: refused.resources,
      expiresAtMs: clock.nowMs() + Math.max(options.allocationIntervalMs, seconds * SECOND_MS),
    });
  }

  private cancelTimers(): void {
    this.batchTimer?.cancel();
    this.pendingRun?.cancel();
    this.pendingRun = undefined;
  }

  private endOf(run: Run): Promise<void> {
    return new Promise((resolve) => run.onEnd.push(resolve));
  }

  /** Begins a run, unless one is under way: then there will be another after it. */
  private run(): void {
    this.pendingRun?.cancel();
    this.pendingRun = undefined;
    if (this.current !== undefined) return;
    const candidates = this.candidates === 'all' ? [...this.state.agents.values()] : [...this.candidates];
    this.candidates = new Set();
    const { accounts, filters } = this.parts;
    const isWhole = this.isEverybody(candidates);
    this.current = {
      agents: this.wantedRoles().size > 0 ? this.state.random.shuffle(candidates) : candidates,
      done: 0,
      made: new MadeOffers(),
      market: isWhole ? { returns: accounts.returns, version: filters.version } : undefined,
      durationMs: 0,
      onEnd: [],
    };
    this.quiet = undefined;
    this.takeTurn(this.current);
  }

  /** Some of the candidates may be gone, so their number says nothing. */
  private isEverybody(candidates: readonly Agent[]): boolean {
    if (candidates.length < this.state.agents.size) return false;
    const present = new Set(candidates);
    return [...this.state.agents.values()].every((agent) => present.has(agent));
  }

  /** Some agents of a run; the others follow in later turns. Time that stands still does not wait for them. */
  private takeTurn(run: Run): void {
    const startedAtMs = performance.now();
    const { clock } = this.state;
    const roles = this.wantedRoles();
    const end = clock.rate === 0 || roles.size === 0 ? run.agents.length : run.done + AGENTS_PER_TURN;
    if (roles.size > 0) this.allocate(run.agents.slice(run.done, end), roles, run.made);
    run.done = end;
    const isOver = end >= run.agents.length;
    if (isOver) this.finish(run);
    run.durationMs += performance.now() - startedAtMs;
    if (isOver) this.lastRunMs = run.durationMs;
    else this.nextTurn = clock.schedule(0, () => this.takeTurn(run));
  }

  private finish(run: Run): void {
    const { inverseOffers, maintenance, offers, filters } = this.parts;
    run.made.announce(offers);
    if (run.made.count === 0 && run.market !== undefined)
      this.quiet = { ...run.market, untilMs: filters.earliestExpiryMs() };
    inverseOffers.ask(run.agents, (agent) => maintenance.unavailabilityOf(agent));
    this.runs += 1;
    this.current = undefined;
    for (const tell of run.onEnd) tell();
    if (this.isPaused || (this.candidates !== 'all' && this.candidates.size === 0)) return;
    this.pendingRun ??= this.state.clock.schedule(0, () => this.run());
  }

  /** Active frameworks per role that they have not suppressed. */
  private wantedRoles(): Map<string, Taker[]> {
    const roles = new Map<string, Taker[]>();
    for (const framework of this.state.frameworks.values()) {
      if (!framework.isActive) continue;
      for (const role of framework.roles) {
        if (framework.suppressedRoles.has(role)) continue;
        const taker: Taker = {
          framework,
          role,
          minimum: minimumOfferFor(framework.info, role, this.minimum),
          filters: this.parts.filters.of(framework.id, role),
        };
        const interested = roles.get(role);
        if (interested === undefined) roles.set(role, [taker]);
        else interested.push(taker);
      }
    }
    return roles;
  }

  /** Whether the next run over all agents would find what the last one found: nobody for anything that is free. */
  private isQuiet(): boolean {
    const { quiet } = this;
    return (
      quiet !== undefined &&
      !this.parts.maintenance.isPlanned &&
      quiet.returns === this.parts.accounts.returns &&
      quiet.version === this.parts.filters.version &&
      this.state.clock.nowMs() < quiet.untilMs
    );
  }

  private allocate(agents: readonly Agent[], roles: ReadonlyMap<string, Taker[]>, made: MadeOffers): void {
    const { fairShare } = this.parts;
    const nowMs = this.state.clock.nowMs();
    const names = [...roles.keys()];
    for (const agent of agents) {
      // It may have gone since the run began.
      if (this.state.agents.get(agent.id) !== agent) continue;
      if (!agent.connected || agent.isDeactivated || agent.available.length === 0) continue;
      if (names.length > 1) names.sort((left, right) => fairShare.compareRoles(left, right));
      for (const role of names) {
        const takers = roles.get(role)!;
        if (takers.length > 1) {
          takers.sort((left, right) =>
            fairShare.compareFrameworks(role, left.framework.id, right.framework.id),
          );
        }
        for (const taker of takers) this.offer(agent, taker, { nowMs, made });
      }
    }
  }

  /** Offers everything the framework may have in this role, if it may have enough and wants it. */
  private offer(agent: Agent, taker: Taker, { nowMs, made }: { nowMs: number; made: MadeOffers }): void {
    if (taker.filters?.get(agent.id)?.areKnownToBlock(agent.changes, nowMs) === true) return;
    const { options } = this.state;
    const { framework, role } = taker;
    const resources = visibleResources(agent, framework, role, {
      filterGpuResources: options.filterGpuResources,
      masterDomain: options.domain,
    });
    const { changes } = agent;
    if (
      resources.length === 0 ||
      !reachesMinimum(resources, taker.minimum) ||
      !passesConstraints(agent.info, role, framework.offerConstraints) ||
      this.parts.filters.blocks({ frameworkId: framework.id, role }, agent.id, { resources, nowMs, changes })
    ) {
      return;
    }
    const offer = this.parts.offers.make(agent, framework, role, resources);
    const unavailability = this.parts.maintenance.unavailabilityOf(agent);
    made.add(framework, offer, offerMessage(offer, agent, framework, unavailability));
  }
}

/** A framework that wants offers in a role. */
interface Taker {
  readonly framework: Framework;
  readonly role: string;
  readonly minimum: readonly Quantities[];
  readonly filters: RoleFilters | undefined;
}
