import { containsResources, type Resource } from '#mesos';
import type { Holder } from './fair-share.js';

interface DeclineFilter {
  readonly resources: readonly Resource[];
  readonly expiresAtMs: number;
}

const DEFAULT_REFUSE_SECONDS = 5;
const LONGEST_REFUSE_SECONDS = 365 * 24 * 3600;

/**
 * `refuse_seconds` as it takes effect (C§21.2): 5 when absent, negative or not a number; at most 365 days; 0 means
 * no filter.
 */
export function effectiveRefuseSeconds(given: number | undefined): number {
  if (given === undefined || Number.isNaN(given) || given < 0) return DEFAULT_REFUSE_SECONDS;
  return Math.min(given, LONGEST_REFUSE_SECONDS);
}

/**
 * What frameworks declined for a while (spec/local-cluster.md §5.5). A filter stops offers whose resources it
 * contains, so anything newly freed on the agent breaks through.
 */
export class DeclineFilters {
  /** Framework id → role → agent id. */
  private readonly filters = new Map<string, Map<string, Map<string, DeclineFilter[]>>>();

  /** Remembers declined resources until `expiresAtMs`. */
  add(holder: Holder, agentId: string, filter: DeclineFilter): void {
    const roles = getOrCreate(this.filters, holder.frameworkId, () => new Map());
    const agents = getOrCreate(roles, holder.role, () => new Map<string, DeclineFilter[]>());
    getOrCreate(agents, agentId, (): DeclineFilter[] => []).push(filter);
  }

  /** Whether an offer of `resources` would be one the framework does not want now. Expired filters are dropped. */
  blocks(
    holder: Holder,
    agentId: string,
    offered: { resources: readonly Resource[]; nowMs: number },
  ): boolean {
    const agents = this.filters.get(holder.frameworkId)?.get(holder.role);
    const filters = agents?.get(agentId);
    if (agents === undefined || filters === undefined) return false;
    const valid = filters.filter((filter) => filter.expiresAtMs > offered.nowMs);
    if (valid.length === 0) agents.delete(agentId);
    else if (valid.length < filters.length) agents.set(agentId, valid);
    return valid.some((filter) => containsResources(filter.resources, offered.resources));
  }

  clearRole(frameworkId: string, role: string): void {
    this.filters.get(frameworkId)?.delete(role);
  }

  clearFramework(frameworkId: string): void {
    this.filters.delete(frameworkId);
  }

  clearAgent(agentId: string): void {
    for (const roles of this.filters.values()) {
      for (const agents of roles.values()) agents.delete(agentId);
    }
  }
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = create();
  map.set(key, fresh);
  return fresh;
}
