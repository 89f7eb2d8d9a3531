import { isSameMachine, type MachineId, type MaintenanceWindow } from '../agents/machines.js';
import type { AgentInfo } from '../../link/messages.js';

/** What an operator wants of an agent besides its work (C§21.6). */
export interface AgentStanding {
  /** Its resources are not offered. */
  readonly isDeactivated: boolean;
  readonly drain?: DrainState | undefined;
}

/** A drain that was asked for. */
export interface DrainState {
  /** Bound of every task's own grace period. */
  readonly maxGracePeriodMs?: number | undefined;
  /** Mark the agent gone once it is empty. */
  readonly markGone: boolean;
  /** No task is left. */
  readonly isDrained: boolean;
}

/** One change of the registry, as its log holds it. */
export type RegistryRecord =
  | {
      readonly type: 'agent_admitted';
      readonly agent: AgentInfo & { readonly id: { readonly value: string } };
    }
  | { readonly type: 'agent_unreachable'; readonly agentId: string; readonly atMs: number }
  | { readonly type: 'agent_gone'; readonly agentId: string; readonly atMs: number }
  /** Without a standing: nothing is wanted of it any more. */
  | { readonly type: 'agent_standing'; readonly agentId: string; readonly standing?: AgentStanding }
  | { readonly type: 'agent_removed'; readonly agentId: string }
  | { readonly type: 'agent_forgotten'; readonly agentId: string }
  | { readonly type: 'maintenance_scheduled'; readonly windows: readonly MaintenanceWindow[] }
  | { readonly type: 'machines_down'; readonly machines: readonly MachineId[] }
  /** They leave the schedule, too. */
  | { readonly type: 'machines_up'; readonly machines: readonly MachineId[] };

type Times = readonly (readonly [agentId: string, atMs: number])[];

/** `registry.json`; members that came later are absent from older files. */
export interface Snapshot {
  readonly admitted: readonly AgentInfo[];
  readonly unreachable: Times;
  readonly gone?: Times;
  readonly standings?: readonly (readonly [agentId: string, standing: AgentStanding])[];
  readonly maintenance?: readonly MaintenanceWindow[];
  readonly downMachines?: readonly MachineId[];
}

/** The registry's contents: a fold of its records. */
export class KnownAgents {
  readonly admitted: Map<string, AgentInfo>;
  readonly unreachable: Map<string, number>;
  readonly gone: Map<string, number>;
  readonly standings: Map<string, AgentStanding>;
  maintenance: readonly MaintenanceWindow[];
  downMachines: readonly MachineId[];

  constructor(snapshot: Snapshot) {
    this.admitted = new Map(snapshot.admitted.map((agent) => [agent.id!.value, agent]));
    this.unreachable = new Map(snapshot.unreachable);
    this.gone = new Map(snapshot.gone);
    this.standings = new Map(snapshot.standings);
    this.maintenance = snapshot.maintenance ?? [];
    this.downMachines = snapshot.downMachines ?? [];
  }

  apply(record: RegistryRecord): void {
    switch (record.type) {
      case 'agent_admitted':
        this.unreachable.delete(record.agent.id.value);
        this.admitted.set(record.agent.id.value, record.agent);
        return;
      case 'agent_unreachable':
        this.admitted.delete(record.agentId);
        this.unreachable.set(record.agentId, record.atMs);
        return;
      case 'agent_gone':
        this.forget(record.agentId);
        this.gone.set(record.agentId, record.atMs);
        return;
      case 'agent_standing':
        if (record.standing === undefined) this.standings.delete(record.agentId);
        else this.standings.set(record.agentId, record.standing);
        return;
      case 'agent_removed':
      case 'agent_forgotten':
        this.forget(record.agentId);
        return;
      case 'maintenance_scheduled':
        this.maintenance = record.windows;
        return;
      case 'machines_down':
        this.downMachines = [...without(this.downMachines, record.machines), ...record.machines];
        return;
      case 'machines_up':
        this.downMachines = without(this.downMachines, record.machines);
        this.maintenance = this.maintenance
          .map((window) => ({ ...window, machine_ids: without(window.machine_ids, record.machines) }))
          .filter(({ machine_ids }) => machine_ids.length > 0);
        return;
      default:
        record satisfies never;
    }
  }

  snapshot(): Snapshot {
    return {
      admitted: [...this.admitted.values()],
      unreachable: [...this.unreachable],
      gone: [...this.gone],
      standings: [...this.standings],
      maintenance: this.maintenance,
      downMachines: this.downMachines,
    };
  }

  private forget(agentId: string): void {
    this.admitted.delete(agentId);
    this.unreachable.delete(agentId);
    this.gone.delete(agentId);
    this.standings.delete(agentId);
  }
}

function without(machines: readonly MachineId[], left: readonly MachineId[]): MachineId[] {
  return machines.filter((machine) => !left.some((other) => isSameMachine(machine, other)));
}
