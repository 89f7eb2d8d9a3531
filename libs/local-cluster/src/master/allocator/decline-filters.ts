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

/** Filters of one framework in one role on one agent. */
class AgentFilters {
  filters: DeclineFilter[] = [];
  /** They were found to block everything that was free after so many changes; nothing lapses before this time. */
  private blocked: { readonly changes: number; readonly untilMs: number } | undefined;

  /** Whether they block what is free on the agent, as far as that is known without looking. */
  areKnownToBlock(changes: number, nowMs: number): boolean {
    return this.blocked !== undefined && this.blocked.changes === changes && nowMs < this.blocked.untilMs;
  }

  /** What is visible to the framework may have changed. */
  lookAgain(): void {
    this.blocked = undefined;
  }

  block(offered: Offered): boolean {
    this.filters = this.filters.filter((filter) => filter.expiresAtMs > offered.nowMs);
    // What was declined comes back as it was, mostly.
    const blocking = this.filters.find(
      ({ resources }) => resources === offered.resources || containsResources(resources, offered.resources),
    );
    this.blocked = blocking && { changes: offered.changes, untilMs: blocking.expiresAtMs };
    return blocking !== undefined;
  }
}

/** What might be offered. */
export interface Offered {
  readonly resources: readonly Resource[];
  readonly nowMs: number;
  /** Of the resources of the agent so far. */
  readonly changes: number;
}

/** Filters of one framework in one role, by agent. */
export type RoleFilters = ReadonlyMap<string, AgentFilters>;

/**
 * What frameworks declined for a while (spec/local-cluster.md §5.5). A filter stops offers whose resources it
 * contains, so anything newly freed on the agent breaks through.
 */
export class DeclineFilters {
  /** Framework id → role → agent id. */
  private readonly filters = new Map<string, Map<string, Map<string, AgentFilters>>>();
  /** Counts everything after which more may be offered than before. */
  version = 0;

  /** Remembers declined resources until `expiresAtMs`. */
  add(holder: Holder, agentId: string, filter: DeclineFilter): void {
    const roles = getOrCreate(this.filters, holder.frameworkId, () => new Map());
    const agents = getOrCreate(roles, holder.role, () => new Map<string, AgentFilters>());
    getOrCreate(agents, agentId, () => new AgentFilters()).filters.push(filter);
  }

  /** When the first filter lapses; never, when there is none. */
  earliestExpiryMs(): number {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const roles of this.filters.values()) {
      for (const agents of roles.values()) {
        for (const { filters } of agents.values()) {
          for (const { expiresAtMs } of filters) earliestMs = Math.min(earliestMs, expiresAtMs);
        }
      }
    }
    return earliestMs;
  }

  /** To be asked for once per run, not once per agent. */
  of(frameworkId: string, role: string): RoleFilters | undefined {
    return this.filters.get(frameworkId)?.get(role);
  }

  /** Whether an offer of `resources` would be one the framework does not want now. Expired filters are dropped. */
  blocks(holder: Holder, agentId: string, offered: Offered): boolean {
    const agents = this.filters.get(holder.frameworkId)?.get(holder.role);
    const filters = agents?.get(agentId);
    if (agents === undefined || filters === undefined) return false;
    const isBlocked = filters.block(offered);
    if (filters.filters.length === 0) agents.delete(agentId);
    return isBlocked;
  }

  /** The framework may see other resources than before. */
  lookAgain(frameworkId: string): void {
    this.version += 1;
    for (const agents of this.filters.get(frameworkId)?.values() ?? []) {
      for (const filters of agents.values()) filters.lookAgain();
    }
  }

  clearRole(frameworkId: string, role: string): void {
    this.version += 1;
    this.filters.get(frameworkId)?.delete(role);
  }

  clearFramework(frameworkId: string): void {
    this.filters.delete(frameworkId);
  }

  clearAgent(agentId: string): void {
    this.version += 1;
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
