import type { Offer } from '#mesos';
import type { World } from '../kernel/world.js';
import { leftOf, rangesOf, type Holding, type KnownOffer, type KnownTask } from './master-state.js';
import { isTerminal, type SimulatedAgent } from './simulated-agent.js';

const ALLOCATION_MS = 1000;
/** Offers that nobody answers are taken back. */
const OFFER_TIMEOUT_MS = 300_000;
const DEFAULT_REFUSE_SECONDS = 5;

/** What the allocator needs of its master. */
export interface AllocatorPorts {
  readonly world: World;
  readonly frameworkId: () => string;
  readonly agents: () => Iterable<SimulatedAgent>;
  readonly tasks: () => Iterable<KnownTask>;
  readonly offer: (offers: readonly Offer[]) => void;
  readonly rescind: (offerId: string) => void;
  readonly isCurrent: () => boolean;
  readonly newId: () => string;
  readonly hidesAgents: boolean;
}

/** Offers everything that is free to the one framework, agent by agent, unless it does not want it. */
export class Allocator {
  readonly offers = new Map<string, KnownOffer>();
  private readonly filters = new Map<string, number>();
  isSuppressed = false;
  isActive = false;
  private wakesAtMs: number | undefined;

  constructor(private readonly ports: AllocatorPorts) {}

  /** A framework has subscribed: it knows of no offers, and has refused none. */
  begin(isSuppressed: boolean): void {
    this.offers.clear();
    this.filters.clear();
    this.isActive = true;
    this.isSuppressed = isSuppressed;
    this.wake(10);
  }

  end(): void {
    this.isActive = false;
    this.offers.clear();
    this.filters.clear();
  }

  revive(): void {
    this.filters.clear();
    this.isSuppressed = false;
    this.wake();
  }

  suppress(isSuppressed: boolean): void {
    this.isSuppressed = isSuppressed;
    if (!isSuppressed) this.wake();
  }

  /** Something may have become free. */
  wake(delayMs = ALLOCATION_MS): void {
    const { time } = this.ports.world;
    const atMs = time.nowMs + Math.max(delayMs, 1);
    if (this.wakesAtMs !== undefined && this.wakesAtMs <= atMs) return;
    this.wakesAtMs = atMs;
    time.after(delayMs, () => {
      if (this.wakesAtMs !== atMs) return;
      this.wakesAtMs = undefined;
      if (this.ports.isCurrent()) this.allocate();
    });
  }

  /** Answers an offer; nothing when it is not there any more. */
  take(offerId: string, refuseSeconds = DEFAULT_REFUSE_SECONDS): KnownOffer | undefined {
    const offer = this.offers.get(offerId);
    if (offer === undefined) return undefined;
    this.offers.delete(offerId);
    if (refuseSeconds > 0) {
      this.filters.set(offer.agentId, this.ports.world.time.nowMs + refuseSeconds * 1000);
      this.wake(refuseSeconds * 1000 + 1);
    } else this.wake();
    return offer;
  }

  /** What is offered of an agent is not to be had any more. */
  rescindOf(agentId: string): void {
    for (const offer of this.offers.values()) {
      if (offer.agentId !== agentId) continue;
      this.offers.delete(offer.id);
      this.ports.rescind(offer.id);
    }
    this.filters.delete(agentId);
  }

  private allocate(): void {
    if (!this.isActive || this.isSuppressed) return;
    const { nowMs } = this.ports.world.time;
    const offered = new Set<string>();
    for (const offer of this.offers.values()) {
      if (nowMs - offer.madeAtMs < OFFER_TIMEOUT_MS) offered.add(offer.agentId);
      else this.rescindOf(offer.agentId);
    }
    const made: Offer[] = [];
    for (const agent of this.ports.agents()) {
      if (offered.has(agent.id) || (this.filters.get(agent.id) ?? 0) > nowMs) continue;
      const offer = this.offerOf(agent);
      if (offer !== undefined) made.push(offer);
    }
    if (made.length > 0) this.ports.offer(made);
    const filtered = [...this.filters.values()].filter((untilMs) => untilMs > nowMs);
    if (filtered.length > 0) this.wake(Math.min(...filtered) - nowMs + 1);
    if (this.offers.size > 0) this.wake(OFFER_TIMEOUT_MS);
  }

  private offerOf(agent: SimulatedAgent): Offer | undefined {
    const held: Holding[] = [];
    for (const task of this.ports.tasks()) {
      if (task.agentId === agent.id && !isTerminal(task.state)) held.push(task.holding);
    }
    const free = leftOf(agent.machine.resources, held);
    if (free.cpus < 0.01 && free.mem < 32) return undefined;
    const id = this.ports.newId();
    this.offers.set(id, { id, agentId: agent.id, free, madeAtMs: this.ports.world.time.nowMs });
    const allocation_info = { role: '*' };
    const shown = this.ports.hidesAgents ? { hostname: id, attributes: { rack: id, zone: id } } : agent;
    const scalar = (name: string, value: number) =>
      ({ name, type: 'SCALAR', scalar: { value }, allocation_info }) as const;
    return {
      id: { value: id },
      framework_id: { value: this.ports.frameworkId() },
      agent_id: { value: agent.id },
      hostname: shown.hostname,
      allocation_info,
      resources: [
        scalar('cpus', free.cpus),
        scalar('mem', free.mem),
        scalar('disk', free.disk),
        { name: 'ports', type: 'RANGES', ranges: { range: rangesOf(free.ports) }, allocation_info },
      ],
      attributes: Object.entries(shown.attributes).map(([name, value]) => ({
        name,
        type: 'TEXT',
        text: { value },
      })),
    };
  }
}
