import type { Resource } from '#mesos';
import type { Accounts } from './accounts.js';
import type { Agent } from './agent.js';
import type { Framework } from './framework.js';
import type { MasterState } from './master-state.js';
import type { Offer } from './offer.js';

/** All outstanding offers. While an offer is out, its resources are charged to its framework and role. */
export class OfferBook {
  private readonly offers = new Map<string, Offer>();

  constructor(
    private readonly state: MasterState,
    private readonly accounts: Accounts,
  ) {}

  get size(): number {
    return this.offers.size;
  }

  get(offerId: string): Offer | undefined {
    return this.offers.get(offerId);
  }

  make(agent: Agent, framework: Framework, role: string, resources: readonly Resource[]): Offer {
    const offer: Offer = {
      id: this.state.ids.offerId(),
      frameworkId: framework.id,
      agentId: agent.id,
      role,
      resources,
      isAnnounced: false,
    };
    this.accounts.take(agent, offer, resources);
    this.offers.set(offer.id, offer);
    agent.offers.add(offer);
    framework.offers.set(offer.id, offer);
    this.armTimeout(offer);
    return offer;
  }

  /** Takes the offer off the book; its resources stay charged and are the caller's to give back or to use. */
  consume(offer: Offer): void {
    this.offers.delete(offer.id);
    this.state.agents.get(offer.agentId)?.offers.delete(offer);
    this.state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  }

  /** Ends the offer without a word to the framework; its resources are free again. */
  withdraw(offer: Offer): void {
    this.consume(offer);
    const agent = this.state.agents.get(offer.agentId);
    if (agent !== undefined) this.accounts.giveBack(agent, offer, offer.resources);
  }

  /** Ends the offer and tells the framework, if it knows of it (spec/local-cluster.md §5.7). */
  rescind(offer: Offer): void {
    this.withdraw(offer);
    if (!offer.isAnnounced) return;
    this.state.frameworks.get(offer.frameworkId)?.send({
      type: 'RESCIND',
      rescind: { offer_id: { value: offer.id } },
    });
  }

  private armTimeout(offer: Offer): void {
    const { offerTimeoutMs } = this.state.options;
    if (offerTimeoutMs === undefined) return;
    this.state.clock.schedule(offerTimeoutMs, () => {
      if (this.offers.has(offer.id)) this.rescind(offer);
    });
  }
}
