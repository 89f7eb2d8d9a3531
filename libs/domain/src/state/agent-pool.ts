import { sameValue } from '../definitions/deep-equal.js';
import type { Agent } from '../instances/instance.js';

/** So many agents are remembered; whoever comes beyond that begins anew, and shares a little less. */
const REMEMBERED_AGENTS = 20_000;

/**
 * One object for all equal descriptions of an agent: whoever reads events from storage gets another one with each of them, and
 * would keep one per instance. Has no influence on what a state says.
 */
export class AgentPool {
  private readonly byId = new Map<string, Agent>();

  /** The object that stands for this agent, as it is now. */
  shared(agent: Agent): Agent {
    const known = this.byId.get(agent.agentId);
    if (known === agent || (known !== undefined && sameValue(known, agent))) return known;
    if (this.byId.size >= REMEMBERED_AGENTS) this.byId.clear();
    this.byId.set(agent.agentId, agent);
    return agent;
  }
}
