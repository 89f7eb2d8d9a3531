import { isDeepStrictEqual } from 'node:util';
import type { Unavailability } from '#mesos';
import type { Allocator } from '../allocator/allocator.js';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import type { AgentDescription } from '../../link/messages.js';
import type { Registry } from '../registry/registry.js';
import type { Agent } from '../state/agent.js';
import type { InverseOfferStatus } from '../state/inverse-offer.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import type { AgentLoss } from './agent-loss.js';
import {
  isOnMachine,
  isSameMachine,
  machineText,
  type MachineId,
  type MaintenanceWindow,
} from './machines.js';

/** An agent, registered or about to be. */
type Described = Pick<AgentDescription, 'info' | 'address'>;

/** When which agent is to be serviced, and which machines are. */
export class MaintenanceSchedule {
  constructor(private readonly registry: Registry) {}

  get windows(): readonly MaintenanceWindow[] {
    return this.registry.maintenance;
  }

  get downMachines(): readonly MachineId[] {
    return this.registry.downMachines;
  }

  unavailabilityOf(agent: Agent): Unavailability | undefined {
    return this.windows.find(({ machine_ids }) => isOnAny(agent, machine_ids))?.unavailability;
  }

  /** Whether any machine is to be serviced. */
  get isPlanned(): boolean {
    return this.windows.length > 0;
  }

  /** Whether agents of this machine are turned away. */
  isDown(agent: Described): boolean {
    return isOnAny(agent, this.downMachines);
  }

  isMachineDown(machine: MachineId): boolean {
    return this.downMachines.some((down) => isSameMachine(down, machine));
  }

  isScheduled(machine: MachineId): boolean {
    return this.windows.some(({ machine_ids }) => machine_ids.some((other) => isSameMachine(other, machine)));
  }
}

export interface MaintenanceParts {
  readonly registry: Registry;
  readonly schedule: MaintenanceSchedule;
  readonly offers: OfferBook;
  readonly inverseOffers: InverseOffers;
  readonly allocator: Allocator;
  readonly loss: AgentLoss;
}

/** What an operator asked for is done, or this is why it is not. */
export type MaintenanceOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** `/maintenance/status`: machines with a window ahead, with what frameworks answered, and those that are down. */
export interface MaintenanceStatus {
  readonly draining_machines?: readonly {
    readonly id: MachineId;
    readonly statuses?: readonly InverseOfferStatus[];
  }[];
  readonly down_machines?: readonly MachineId[];
}

const DONE: MaintenanceOutcome = { ok: true };

/**
 * Windows in which machines are serviced, and the service itself (spec/local-cluster.md §23, C§21.5). A machine is
 * up, draining once it is in the schedule, and down between `startMaintenance` and `stopMaintenance`. Every change is
 * durable before it takes effect. All methods reject when it cannot be written down.
 */
export class Maintenance {
  private latest: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly state: MasterState,
    private readonly parts: MaintenanceParts,
  ) {}

  /** Called with machines that are up again: whoever runs their agents may start them. */
  onUp: (machines: readonly MachineId[]) => void = () => undefined;

  get windows(): readonly MaintenanceWindow[] {
    return this.parts.schedule.windows;
  }

  status(): MaintenanceStatus {
    const { schedule, inverseOffers } = this.parts;
    const scheduled = this.windows.flatMap(({ machine_ids }) => machine_ids);
    const draining = scheduled
      .filter((machine) => !schedule.isMachineDown(machine))
      .map((id) => {
        const agents = [...this.state.agents.values()].filter((agent) => isOnAny(agent, [id]));
        const statuses = agents.flatMap((agent) => inverseOffers.statusesOf(agent.id));
        return { id, ...(statuses.length === 0 ? {} : { statuses }) };
      });
    return {
      ...(draining.length === 0 ? {} : { draining_machines: draining }),
      ...(schedule.downMachines.length === 0 ? {} : { down_machines: schedule.downMachines }),
    };
  }

  /** Replaces the schedule; offers of agents whose time changes are made anew. */
  replace(windows: readonly MaintenanceWindow[]): Promise<MaintenanceOutcome> {
    return this.inTurn(async () => {
      const scheduled = windows.flatMap(({ machine_ids }) => machine_ids);
      const down = this.parts.schedule.downMachines.find(
        (machine) => !scheduled.some((other) => isSameMachine(other, machine)),
      );
      if (down !== undefined) {
        return refused(down, 'is deactivated and cannot be removed from the schedule');
      }
      await this.reschedule({ type: 'maintenance_scheduled', windows });
      this.state.logger.info({ windows: windows.length }, 'Maintenance schedule replaced');
      return DONE;
    });
  }

  /** Machines go down: their agents are removed and turned away, with all that runs there. */
  startMaintenance(machines: readonly MachineId[]): Promise<MaintenanceOutcome> {
    return this.inTurn(async () => {
      const { schedule, registry, loss } = this.parts;
      for (const machine of machines) {
        if (!schedule.isScheduled(machine)) return refused(machine, 'is not part of a maintenance schedule');
        if (schedule.isMachineDown(machine)) {
          return refused(machine, 'is not in DRAINING mode and cannot be brought down');
        }
      }
      await registry.append({ type: 'machines_down', machines });
      const agents = [...this.state.agents.values()].filter((agent) => isOnAny(agent, machines));
      await Promise.all(agents.map((agent) => loss.takeDown(agent, "Operator initiated 'Machine DOWN'")));
      const left = agents.find((agent) => this.state.agents.get(agent.id) === agent);
      if (left !== undefined) throw new Error(`agent ${left.id} could not be removed`);
      this.state.logger.warn({ machines: machines.map(machineText) }, 'Machines are down');
      return DONE;
    });
  }

  /** Machines are up again, and off the schedule; their agents may register, as new ones. */
  stopMaintenance(machines: readonly MachineId[]): Promise<MaintenanceOutcome> {
    return this.inTurn(async () => {
      const { schedule } = this.parts;
      for (const machine of machines) {
        if (!schedule.isScheduled(machine)) return refused(machine, 'is not part of a maintenance schedule');
        if (!schedule.isMachineDown(machine)) {
          return refused(machine, 'is not in DOWN mode and cannot be brought up');
        }
      }
      await this.reschedule({ type: 'machines_up', machines });
      this.state.logger.info({ machines: machines.map(machineText) }, 'Machines are up again');
      this.onUp(machines);
      return DONE;
    });
  }

  private async reschedule(record: Parameters<Registry['append']>[0]): Promise<void> {
    const { registry, schedule, offers, inverseOffers, allocator } = this.parts;
    const agents = [...this.state.agents.values()];
    const before = agents.map((agent) => schedule.unavailabilityOf(agent));
    await registry.append(record);
    for (const [index, agent] of agents.entries()) {
      if (this.state.agents.get(agent.id) !== agent) continue;
      if (isDeepStrictEqual(before[index], schedule.unavailabilityOf(agent))) continue;
      for (const offer of agent.offers) offers.rescind(offer);
      inverseOffers.forgetAgent(agent.id);
      allocator.request(agent);
    }
  }

  /** One change after the other: each is judged by what the one before made of it. */
  private inTurn(change: () => Promise<MaintenanceOutcome>): Promise<MaintenanceOutcome> {
    const outcome = this.latest.then(change);
    this.latest = outcome.catch(() => undefined);
    return outcome;
  }
}

function isOnAny({ info, address }: Described, machines: readonly MachineId[]): boolean {
  const { hostname } = info;
  return machines.some((machine) => isOnMachine({ hostname, ip: address.ip }, machine));
}

function refused(machine: MachineId, why: string): MaintenanceOutcome {
  return { ok: false, error: `Machine '${machineText(machine)}' ${why}` };
}
