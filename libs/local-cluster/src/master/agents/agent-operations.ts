import type { Allocator } from '../allocator/allocator.js';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import type { AgentStanding, Registry } from '../registry/registry.js';
import type { Agent } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import type { AgentLoss } from './agent-loss.js';

export interface OperationParts {
  readonly registry: Registry;
  readonly offers: OfferBook;
  readonly inverseOffers: InverseOffers;
  readonly allocator: Allocator;
  readonly loss: AgentLoss;
}

/** How a drain is to be done (C§21.6). */
export interface DrainConfig {
  readonly maxGracePeriodMs?: number | undefined;
  readonly markGone: boolean;
}

/**
 * What operators do to agents: deactivate, drain, take back (spec/local-cluster.md §23). Each is durable before it
 * takes effect, and holds when the agent, or the master, comes back. All reject when it cannot be written down.
 */
export class AgentOperations {
  constructor(
    private readonly state: MasterState,
    private readonly parts: OperationParts,
  ) {}

  /** No more offers; tasks go on. */
  async deactivate(agentId: string): Promise<void> {
    const standing = this.parts.registry.standings.get(agentId);
    await this.change(agentId, { ...standing, isDeactivated: true });
  }

  /** Ends a deactivation, and a drain as far as it is to come. */
  async reactivate(agentId: string): Promise<void> {
    await this.change(agentId, undefined);
    const agent = this.state.agents.get(agentId);
    if (agent !== undefined) this.parts.allocator.request(agent);
  }

  /** No more offers, and every task is ended within its own grace period or the given one, whichever is shorter. */
  async drain(agentId: string, config: DrainConfig): Promise<void> {
    await this.change(agentId, { isDeactivated: true, drain: { ...config, isDrained: false } });
    const agent = this.state.agents.get(agentId);
    if (agent === undefined) return;
    if (agent.connected) this.sendDrain(agent);
    this.idle(agent);
  }

  /** The agent came, or came back: what was wanted of it still is. */
  arrived(agent: Agent): void {
    const standing = this.standingOf(agent.id);
    agent.isDeactivated = standing?.isDeactivated === true;
    if (standing?.drain === undefined || standing.drain.isDrained) return;
    this.sendDrain(agent);
    this.idle(agent);
  }

  /** No task is left on the agent, or there was none. */
  idle(agent: Agent): void {
    const standing = this.standingOf(agent.id);
    if (standing?.drain === undefined || standing.drain.isDrained) return;
    if (agent.tasks.size > 0 || agent.executors.size > 0 || this.parts.loss.isLeaving(agent.id)) return;
    this.drained(agent.id, standing).catch((error: unknown) =>
      this.state.logger.error({ agentId: agent.id, error: String(error) }, 'A drain could not be completed'),
    );
  }

  standingOf(agentId: string): AgentStanding | undefined {
    return this.parts.registry.standings.get(agentId);
  }

  private async drained(agentId: string, standing: AgentStanding): Promise<void> {
    const { drain } = standing;
    if (drain === undefined) return;
    await this.change(agentId, { ...standing, drain: { ...drain, isDrained: true } });
    this.state.logger.info({ agentId }, 'Agent is drained');
    if (drain.markGone) await this.parts.loss.markGone(agentId);
  }

  private async change(agentId: string, standing: AgentStanding | undefined): Promise<void> {
    await this.parts.registry.append({
      type: 'agent_standing',
      agentId,
      ...(standing === undefined ? {} : { standing }),
    });
    const agent = this.state.agents.get(agentId);
    if (agent === undefined) return;
    agent.isDeactivated = standing?.isDeactivated === true;
    if (!agent.isDeactivated) return;
    for (const offer of agent.offers) this.parts.offers.rescind(offer);
    this.parts.inverseOffers.rescind(agentId);
  }

  private sendDrain(agent: Agent): void {
    const drain = this.standingOf(agent.id)?.drain;
    if (drain === undefined) return;
    const { maxGracePeriodMs, markGone } = drain;
    agent.send({ type: 'drain', maxGracePeriodMs, markGone });
  }
}
