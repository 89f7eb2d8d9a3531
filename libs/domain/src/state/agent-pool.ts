import type { Agent } from '../instances/instance.js';

/** So many agents are remembered; whoever comes beyond that begins anew, and shares a little less. */
const REMEMBERED_AGENTS = 20_000;

/** An agent as it was described last. */
interface Known {
  readonly agent: Agent;
  readonly text: string;
}

/**
 * One object for all equal descriptions of an agent: whoever reads events from storage gets another one with each of them, and
 * would keep one per instance. Has no influence on what a state says, byte for byte: a master may describe an agent with its
 * keys in another order than before, and who has begun with a snapshot in between knows nothing of the first.
 */
export class AgentPool {
  private readonly byId = new Map<string, Known>();

  /** The object that stands for this agent, as it is now. */
  shared(agent: Agent): Agent {
    const known = this.byId.get(agent.agentId);
    if (known?.agent === agent) return agent;
    const text = JSON.stringify(agent);
    if (known?.text === text) return known.agent;
    if (this.byId.size >= REMEMBERED_AGENTS) this.byId.clear();
    this.byId.set(agent.agentId, { agent, text });
    return agent;
  }
}
