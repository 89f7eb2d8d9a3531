import type { Offer } from '../cluster/mesos-shapes.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { DomainEvent } from '../events/domain-event.js';
import { isActive, isTerminal } from '../instances/condition.js';
import type { Instance } from '../instances/instance.js';

/** Agents that are remembered; beyond it the one seen longest ago is forgotten. */
const REMEMBERED_AGENTS = 20_000;

/** What a task takes from its agent, or gave back when it ended. */
export interface TaskUse {
  readonly app: AppDefinition;
  readonly role: string;
  readonly hostPorts: readonly number[];
}

/** An agent as its latest offers told, and what Ekiden changed there since. */
export interface KnownAgent {
  /** The latest offer in each role, the newest last: what it left out was not to be had in that role. */
  readonly offers: readonly Offer[];
  /** When the newest came, epoch ms. */
  readonly seenMs: number;
  /** Launched since. */
  readonly launched: readonly TaskUse[];
  /** Ended since, although they were there before. */
  readonly ended: readonly TaskUse[];
}

interface Entry {
  readonly offers: Map<string, Offer>;
  seenMs: number;
  /** By task id; made when there is anything to note. */
  launched: Map<string, TaskUse> | undefined;
  ended: Map<string, TaskUse> | undefined;
}

/**
 * The agents that made offers in this term, for whoever wants to know what would fit where: no offer is kept, and nothing
 * is ever launched on what is noted here. Costs one entry of a map per offer, launch and end.
 */
export class KnownAgents {
  private readonly byId = new Map<string, Entry>();

  constructor(private readonly limit = REMEMBERED_AGENTS) {}

  get size(): number {
    return this.byId.size;
  }

  /** An agent offers what it has free at this moment. */
  saw(offer: Offer, nowMs: number): void {
    const id = offer.agent_id.value;
    const role = offer.allocation_info?.role ?? '';
    const known = this.byId.get(id);
    this.byId.delete(id);
    const entry = known ?? {
      offers: new Map<string, Offer>(),
      seenMs: 0,
      launched: undefined,
      ended: undefined,
    };
    entry.offers.delete(role);
    entry.offers.set(role, offer);
    entry.seenMs = nowMs;
    entry.launched = undefined;
    entry.ended = undefined;
    this.byId.set(id, entry);
    if (this.byId.size > this.limit) this.forgetOldest();
  }

  /** The agent is gone, or out of sight. */
  forget(agentId: string): void {
    this.byId.delete(agentId);
  }

  /** What becomes of tasks changes what their agents have; `before`: the instance as it was. */
  observe(event: DomainEvent, before: Instance | undefined): void {
    switch (event.type) {
      case 'InstanceProvisioned': {
        const { agent, taskId, hostPorts } = event.data;
        if (before !== undefined)
          return this.launched(agent.agentId, taskId, { app: before.app, role: before.role, hostPorts });
        return;
      }
      case 'TaskStatusChanged': {
        const { condition, agentId } = event.data;
        if (condition === 'Unreachable' && agentId !== null) return this.forget(agentId);
        return isTerminal(condition) ? this.ended(before) : undefined;
      }
      case 'InstanceExpunged':
        // Only a task that lived until now is given up here; whoever forgets it has it killed.
        return before !== undefined && isActive(before.condition) ? this.ended(before) : undefined;
      default:
        return;
    }
  }

  private launched(agentId: string, taskId: string, use: TaskUse): void {
    const entry = this.byId.get(agentId);
    if (entry === undefined) return;
    entry.launched ??= new Map();
    entry.launched.set(taskId, use);
  }

  private ended(instance: Instance | undefined): void {
    const { agent, task } = instance ?? {};
    if (instance === undefined || agent === undefined || task === undefined || isTerminal(instance.condition))
      return;
    const entry = this.byId.get(agent.agentId);
    if (entry === undefined || entry.launched?.delete(task.id) === true) return;
    entry.ended ??= new Map();
    entry.ended.set(task.id, { app: instance.app, role: instance.role, hostPorts: task.hostPorts });
  }

  /** Everything that is known now, the agent seen longest ago first. */
  list(): KnownAgent[] {
    return Array.from(this.byId.values(), ({ offers, seenMs, launched, ended }) => ({
      offers: [...offers.values()],
      seenMs,
      launched: [...(launched?.values() ?? [])],
      ended: [...(ended?.values() ?? [])],
    }));
  }

  private forgetOldest(): void {
    for (const id of this.byId.keys()) {
      this.byId.delete(id);
      return;
    }
  }
}
