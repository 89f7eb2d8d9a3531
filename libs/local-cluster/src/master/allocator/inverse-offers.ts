import type { Filters, InverseOffer as InverseOfferMessage, OfferId, Unavailability } from '#mesos';
import type { Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { InverseOffer, InverseOfferStatus } from '../state/inverse-offer.js';
import type { MasterState } from '../state/master-state.js';
import { effectiveRefuseSeconds } from './decline-filters.js';

const SECOND_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;

/** What a framework was asked about one agent, and what came of it. */
interface Inquiry {
  outstanding?: InverseOffer | undefined;
  status?: InverseOfferStatus | undefined;
  /** No new question before. */
  askAgainAtMs?: number | undefined;
}

/**
 * Asks frameworks to leave agents with a window ahead, and keeps what they answer (C§9.10, C§10.5,
 * spec/local-cluster.md §4.6). An answer is a promise shown to operators; nothing follows from it.
 */
export class InverseOffers {
  /** Agent id → framework id. */
  private readonly inquiries = new Map<string, Map<string, Inquiry>>();

  constructor(private readonly state: MasterState) {}

  /** Answers of all frameworks about an agent, since its window was last changed. */
  statusesOf(agentId: string): InverseOfferStatus[] {
    return [...(this.inquiries.get(agentId)?.values() ?? [])].flatMap(({ status }) => status ?? []);
  }

  /**
   * One round, at the end of an allocation run: a question to each framework that holds something on one of the
   * agents, unless one is out or was answered for a while; frameworks that hold nothing any more have theirs taken
   * back.
   */
  ask(agents: Iterable<Agent>, unavailabilityOf: (agent: Agent) => Unavailability | undefined): void {
    const made = new Map<Framework, InverseOfferMessage[]>();
    for (const agent of agents) {
      const unavailability = unavailabilityOf(agent);
      if (unavailability === undefined || !agent.connected || agent.isDeactivated) continue;
      const holders = holdersOn(agent);
      this.takeBackFrom(agent.id, (frameworkId) => !holders.has(frameworkId));
      for (const frameworkId of holders) {
        const framework = this.state.frameworks.get(frameworkId);
        if (framework?.isActive !== true || this.isToWait(agent.id, frameworkId)) continue;
        const offer = this.make(agent, framework, unavailability);
        const messages = made.get(framework);
        if (messages === undefined) made.set(framework, [messageOf(offer, agent)]);
        else messages.push(messageOf(offer, agent));
      }
    }
    for (const [framework, inverse_offers] of made) {
      framework.send({ type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers } });
    }
  }

  /** Records an answer; ids of questions that are not out are skipped. */
  answer(
    framework: Framework,
    status: InverseOfferStatus['status'],
    { inverse_offer_ids: ids, filters }: { inverse_offer_ids: readonly OfferId[]; filters?: Filters },
  ): void {
    const { clock, options } = this.state;
    const refuseMs = effectiveRefuseSeconds(filters?.refuse_seconds) * SECOND_MS;
    const nowMs = clock.nowMs();
    for (const { value } of ids) {
      const inquiry = this.outstanding(framework.id, value);
      if (inquiry === undefined) continue;
      inquiry.outstanding = undefined;
      inquiry.status = {
        status,
        framework_id: { value: framework.id },
        timestamp: { nanoseconds: nowMs * NANOSECONDS_PER_MS },
      };
      if (refuseMs > 0) inquiry.askAgainAtMs = nowMs + Math.max(options.allocationIntervalMs, refuseMs);
    }
  }

  /** Takes back what is out about an agent that cannot be spoken of now; answers stay. */
  rescind(agentId: string): void {
    this.takeBackFrom(agentId, () => true);
  }

  /** The agent is gone, or its window is another one: no question and no answer holds any more. */
  forgetAgent(agentId: string): void {
    this.rescind(agentId);
    this.inquiries.delete(agentId);
  }

  /** The framework's stream broke: it knows of no question any more, and its filters are void. */
  suspendFramework(frameworkId: string): void {
    for (const inquiry of this.inquiriesTo(frameworkId)) {
      inquiry.outstanding = undefined;
      inquiry.askAgainAtMs = undefined;
    }
  }

  /** REVIVE: it may be asked again at once. */
  clearFilters(frameworkId: string): void {
    for (const inquiry of this.inquiriesTo(frameworkId)) inquiry.askAgainAtMs = undefined;
  }

  forgetFramework(frameworkId: string): void {
    for (const frameworks of this.inquiries.values()) frameworks.delete(frameworkId);
  }

  private inquiriesTo(frameworkId: string): Inquiry[] {
    return [...this.inquiries.values()].flatMap((frameworks) => frameworks.get(frameworkId) ?? []);
  }

  private outstanding(frameworkId: string, offerId: string): Inquiry | undefined {
    return this.inquiriesTo(frameworkId).find(({ outstanding }) => outstanding?.id === offerId);
  }

  private isToWait(agentId: string, frameworkId: string): boolean {
    const inquiry = this.inquiries.get(agentId)?.get(frameworkId);
    if (inquiry === undefined) return false;
    return inquiry.outstanding !== undefined || (inquiry.askAgainAtMs ?? 0) > this.state.clock.nowMs();
  }

  private make(agent: Agent, framework: Framework, unavailability: Unavailability): InverseOffer {
    const offer = {
      id: this.state.ids.offerId(),
      frameworkId: framework.id,
      agentId: agent.id,
      unavailability,
    };
    const frameworks = this.inquiries.get(agent.id) ?? new Map<string, Inquiry>();
    this.inquiries.set(agent.id, frameworks);
    frameworks.set(framework.id, { ...frameworks.get(framework.id), outstanding: offer });
    this.armTimeout(offer);
    return offer;
  }

  /** `offer_timeout` holds for these, too. */
  private armTimeout(offer: InverseOffer): void {
    const { offerTimeoutMs } = this.state.options;
    if (offerTimeoutMs === undefined) return;
    this.state.clock.schedule(offerTimeoutMs, () => {
      const inquiry = this.inquiries.get(offer.agentId)?.get(offer.frameworkId);
      if (inquiry?.outstanding === offer) this.takeBack(inquiry);
    });
  }

  private takeBackFrom(agentId: string, isMeant: (frameworkId: string) => boolean): void {
    for (const [frameworkId, inquiry] of this.inquiries.get(agentId) ?? []) {
      if (isMeant(frameworkId)) this.takeBack(inquiry);
    }
  }

  private takeBack(inquiry: Inquiry): void {
    const { outstanding } = inquiry;
    if (outstanding === undefined) return;
    inquiry.outstanding = undefined;
    this.state.frameworks.get(outstanding.frameworkId)?.send({
      type: 'RESCIND_INVERSE_OFFER',
      rescind_inverse_offer: { inverse_offer_id: { value: outstanding.id } },
    });
  }
}

/** Frameworks with a task that holds resources, or an executor, on the agent. */
function holdersOn(agent: Agent): Set<string> {
  const holders = new Set<string>();
  for (const task of agent.tasks) if (task.charged !== undefined) holders.add(task.frameworkId);
  for (const executor of agent.executors.values()) holders.add(executor.frameworkId);
  return holders;
}

function messageOf(offer: InverseOffer, agent: Agent): InverseOfferMessage {
  return {
    id: { value: offer.id },
    url: agent.url,
    framework_id: { value: offer.frameworkId },
    agent_id: { value: offer.agentId },
    unavailability: offer.unavailability,
  };
}
