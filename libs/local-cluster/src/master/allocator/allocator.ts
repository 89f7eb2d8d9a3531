import type { Offer as OfferMessage, Resource } from '#mesos';
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

/**
 * Hands free resources to frameworks (spec/local-cluster.md §5): every `allocation_interval` over all agents, and
 * at once where an event asks for it. Requests of one turn are one run; runs never overlap.
 */
export class Allocator {
  private readonly minimum: readonly Quantities[];
  private candidates: 'all' | Set<Agent> = new Set();
  private pendingRun: Timer | undefined;
  private batchTimer: Timer | undefined;
  private isPaused = false;
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
      if (this.isQuiet()) return;
      this.candidates = 'all';
      this.run();
    });
  }

  stop(): void {
    this.batchTimer?.cancel();
    this.pendingRun?.cancel();
    this.pendingRun = undefined;
  }

  /** No run until `resume` or `runNow`: what is asked for meanwhile is remembered. */
  pause(): void {
    this.isPaused = true;
    this.stop();
  }

  resume(): void {
    this.isPaused = false;
    this.stop();
    this.start();
    this.request('all');
  }

  /** One run over all agents, also while paused. */
  runNow(): void {
    this.candidates = 'all';
    this.run();
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

  private run(): void {
    this.pendingRun?.cancel();
    this.pendingRun = undefined;
    const startedAtMs = performance.now();
    const candidates = this.candidates === 'all' ? [...this.state.agents.values()] : [...this.candidates];
    this.candidates = new Set();
    const isWhole = candidates.length === this.state.agents.size;
    const roles = this.wantedRoles();
    const made = roles.size > 0 ? this.allocate(candidates, roles) : 0;
    this.quiet = made === 0 && isWhole ? this.stateOfMarket() : undefined;
    const { inverseOffers, maintenance } = this.parts;
    inverseOffers.ask(candidates, (agent) => maintenance.unavailabilityOf(agent));
    this.runs += 1;
    this.lastRunMs = performance.now() - startedAtMs;
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
          offers: [],
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

  private stateOfMarket(): { returns: number; version: number; untilMs: number } {
    const { accounts, filters } = this.parts;
    return { returns: accounts.returns, version: filters.version, untilMs: filters.earliestExpiryMs() };
  }

  /** Gives the number of offers made. */
  private allocate(candidates: Agent[], roles: ReadonlyMap<string, Taker[]>): number {
    const { fairShare } = this.parts;
    const nowMs = this.state.clock.nowMs();
    const names = [...roles.keys()];
    for (const agent of this.state.random.shuffle(candidates)) {
      if (!agent.connected || agent.isDeactivated || agent.available.length === 0) continue;
      if (names.length > 1) names.sort((left, right) => fairShare.compareRoles(left, right));
      for (const role of names) {
        const takers = roles.get(role)!;
        if (takers.length > 1) {
          takers.sort((left, right) =>
            fairShare.compareFrameworks(role, left.framework.id, right.framework.id),
          );
        }
        for (const taker of takers) this.offer(agent, taker, nowMs);
      }
    }
    const takers = [...roles.values()].flat();
    this.send(takers);
    return takers.reduce((sum, { offers }) => sum + offers.length, 0);
  }

  /** One event for each framework, with the offers in the order in which they were made. */
  private send(takers: readonly Taker[]): void {
    const made = new Map<Framework, OfferMessage[]>();
    for (const { framework, offers } of takers) {
      if (offers.length === 0) continue;
      made.set(framework, (made.get(framework) ?? []).concat(offers));
    }
    for (const [framework, offers] of made) framework.send({ type: 'OFFERS', offers: { offers } });
  }

  /** Offers everything the framework may have in this role, if it may have enough and wants it. */
  private offer(agent: Agent, taker: Taker, nowMs: number): void {
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
    taker.offers.push(offerMessage(offer, agent, framework, this.parts.maintenance.unavailabilityOf(agent)));
  }
}

/** A framework that wants offers in a role, and what it gets in one run. */
interface Taker {
  readonly framework: Framework;
  readonly role: string;
  readonly minimum: readonly Quantities[];
  readonly filters: RoleFilters | undefined;
  readonly offers: OfferMessage[];
}
