import { isDeepStrictEqual } from 'node:util';
import type { Unavailability } from '#mesos';
import type { Allocator } from '../allocator/allocator.js';
import type { Registry } from '../registry/registry.js';
import type { Agent } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';

/** A machine as an operator names it; at least one member is there. */
export interface MachineId {
  readonly hostname?: string | undefined;
  readonly ip?: string | undefined;
}

/** Machines that are not available for a time (C§21.5). */
export interface MaintenanceWindow {
  readonly machine_ids: readonly MachineId[];
  readonly unavailability: Unavailability;
}

/** When which agent is to be serviced. */
export class MaintenanceSchedule {
  constructor(private readonly registry: Registry) {}

  get windows(): readonly MaintenanceWindow[] {
    return this.registry.maintenance;
  }

  unavailabilityOf(agent: Agent): Unavailability | undefined {
    return this.windows.find(({ machine_ids }) => machine_ids.some((machine) => isOn(agent, machine)))
      ?.unavailability;
  }
}

/** Changes the schedule, and with it the offers that are out (spec/local-cluster.md §23, row "maintenance schedule"). */
export class Maintenance {
  constructor(
    private readonly state: MasterState,
    private readonly parts: {
      readonly registry: Registry;
      readonly schedule: MaintenanceSchedule;
      readonly offers: OfferBook;
      readonly allocator: Allocator;
    },
  ) {}

  get windows(): readonly MaintenanceWindow[] {
    return this.parts.schedule.windows;
  }

  /** Replaces the schedule; offers of agents whose time changes are made anew. Rejects when it cannot be kept. */
  async replace(windows: readonly MaintenanceWindow[]): Promise<void> {
    const { registry, schedule, offers, allocator } = this.parts;
    const agents = [...this.state.agents.values()];
    const before = agents.map((agent) => schedule.unavailabilityOf(agent));
    await registry.append({ type: 'maintenance_scheduled', windows });
    for (const [index, agent] of agents.entries()) {
      if (isDeepStrictEqual(before[index], schedule.unavailabilityOf(agent))) continue;
      for (const offer of agent.offers) offers.rescind(offer);
      allocator.request(agent);
    }
    this.state.logger.info({ windows: windows.length }, 'Maintenance schedule replaced');
  }
}

function isOn({ info, address }: Agent, { hostname, ip }: MachineId): boolean {
  const isNamed = hostname === undefined || hostname.toLowerCase() === info.hostname.toLowerCase();
  return isNamed && (ip === undefined || ip === address.ip);
}
