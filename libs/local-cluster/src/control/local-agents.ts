import { join } from 'node:path';
import { defaultAgentOptions, type AgentOptions } from '../agent/agent-options.js';
import {
  defaultAgentPort,
  planAgents,
  type Addressing,
  type AgentPlan,
} from '../agent/description/plan-agents.js';
import { AgentMember, type MemberEnvironment } from './agent-member.js';

/** Agents of one process: how many, and what they have in common. */
export interface LocalAgentsOptions extends Partial<
  Omit<AgentOptions, 'workDir' | 'ip' | 'hostname' | 'port' | 'detectedShare'>
> {
  /** Default 1. */
  readonly count?: number;
  /** Address of the only agent, or of all with `shared` addressing. Default 127.0.0.1. */
  readonly ip?: string;
  /** Advertised name; default: `ip`. */
  readonly hostname?: string;
  /** Agents take this port and the following ones; 0: free ports. Default 5051. */
  readonly firstPort?: number;
  readonly addressing?: Addressing;
  /** By number of the agent, where it differs from the others. */
  readonly overrides?: readonly Partial<Pick<AgentOptions, 'attributes' | 'domain'>>[];
  /** Allows several agents with the same explicitly given ports. */
  readonly allowPortOverlap?: boolean;
}

/** An agent registers at once: over an in-memory link there is no crowd to be kept apart. */
const REGISTRATION_BACKOFF_MS = 50;

/** Makes members for their places; nothing is started. */
export function memberFactory(
  { dataDir, agents }: { readonly dataDir: string; readonly agents?: LocalAgentsOptions },
  environment: MemberEnvironment,
) {
  return (place: number, plan: AgentPlan, own: Partial<AgentOptions>): AgentMember => {
    const workDir = join(dataDir, 'mesos', `agent-${place}`);
    return new AgentMember({ ...agentOptionsFor(plan, workDir, agents), ...own }, environment);
  };
}

/**
 * Places of the agents of one machine.
 *
 * @throws Error when they would all offer the same ports.
 */
export function plansFor(agents: LocalAgentsOptions): AgentPlan[] {
  const count = agents.count ?? 1;
  if (count > 1 && agents.allowPortOverlap !== true && /\bports\b/.test(agents.resources ?? '')) {
    // Ports that are written out are the same for each agent: two tasks could be given the same one.
    throw new Error(`${count} agents on one machine cannot all offer the same ports: ${agents.resources}`);
  }
  const ip = agents.ip ?? '127.0.0.1';
  return planAgents({
    count,
    ip,
    hostname: agents.hostname ?? ip,
    firstPort: agents.firstPort ?? defaultAgentPort,
    addressing: agents.addressing,
  });
}

function agentOptionsFor(plan: AgentPlan, workDir: string, given: LocalAgentsOptions = {}): AgentOptions {
  const {
    count: _count,
    firstPort: _port,
    addressing: _addressing,
    allowPortOverlap: _overlap,
    overrides: _overrides,
    ...common
  } = given;
  const chosen = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  return {
    ...defaultAgentOptions(workDir, process.getuid?.() === 0),
    registrationBackoffFactorMs: REGISTRATION_BACKOFF_MS,
    ...chosen,
    ...plan,
  };
}
