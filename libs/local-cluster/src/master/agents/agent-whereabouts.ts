import type { Registry } from '../registry/registry.js';
import type { MasterState } from '../state/master-state.js';

/**
 * What the master knows about an agent id (C§17.2): `recovering` agents were admitted by an earlier master run and
 * have not come back yet.
 */
export type AgentWhereabouts =
  | { readonly kind: 'registered' | 'recovering' | 'gone' | 'unknown' }
  | { readonly kind: 'unreachable'; readonly sinceMs: number };

/** Looks agents up in the table of registered ones, then in the registry. */
export class AgentDirectory {
  constructor(
    private readonly state: MasterState,
    private readonly registry: Registry,
  ) {}

  locate(agentId: string): AgentWhereabouts {
    if (this.state.agents.has(agentId)) return { kind: 'registered' };
    if (this.registry.admitted.has(agentId)) return { kind: 'recovering' };
    if (this.registry.gone.has(agentId)) return { kind: 'gone' };
    const sinceMs = this.registry.unreachable.get(agentId);
    return sinceMs === undefined ? { kind: 'unknown' } : { kind: 'unreachable', sinceMs };
  }

  /** Agents of earlier master runs that have not come back yet. */
  recovering(): string[] {
    return [...this.registry.admitted.keys()].filter((agentId) => !this.state.agents.has(agentId));
  }

  /** Whether any agent is still awaited; registered agents are all admitted ones, so counting is enough. */
  get isRecovering(): boolean {
    return this.registry.admitted.size > this.state.agents.size;
  }
}
