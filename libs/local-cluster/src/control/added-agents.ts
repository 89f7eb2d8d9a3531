import type { AgentOptions } from '../agent/agent-options.js';
import type { AgentPlan } from '../agent/description/plan-agents.js';
import type { NewAgents } from './cluster-member.js';

/** Beyond the ports of agents that a cluster starts with, so that no two tasks are given the same one. */
const FIRST_ADDED_PORT = 32_001;
const PORTS_PER_ADDED_AGENT = 100;

/** Where the agent at a place is that was added to a running cluster: an address of its own, any free port. */
export function addedAgentPlan(place: number): AgentPlan {
  const address = `127.0.0.${10 + place}`;
  return { ip: address, hostname: address, port: 0, detectedShare: { index: 0, count: place + 1 } };
}

/** What an added agent has of its own; unless ports are written out it gets some that nobody else has. */
export function addedAgentOptions(
  place: number,
  kind: NewAgents,
  commonResources: string | undefined,
): Partial<AgentOptions> {
  const resources = kind.resources ?? commonResources ?? '';
  const first = FIRST_ADDED_PORT + place * PORTS_PER_ADDED_AGENT;
  const ports = `ports:[${first}-${first + PORTS_PER_ADDED_AGENT - 1}]`;
  const own = { ...kind, resources: withPorts(resources, ports) };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

function withPorts(resources: string, ports: string): string {
  if (/\bports\b/.test(resources)) return resources;
  return resources === '' ? ports : `${resources};${ports}`;
}
