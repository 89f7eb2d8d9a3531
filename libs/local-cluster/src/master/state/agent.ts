import { addResources, subtractResources, toRefinedFormat, type ExecutorInfo, type Resource } from '#mesos';
import type { MasterLinkEnd } from '../../link/link.js';
import type { AgentAddress, AgentDescription, AgentInfo, MasterToAgentMessage } from '../../link/messages.js';
import type { Timer } from '../../runtime/clock.js';
import type { Offer } from './offer.js';
import type { Task } from './task.js';

/** A default or custom executor on an agent; per-task command executors are not listed (spec/local-cluster.md §6.2). */
export interface Executor {
  readonly frameworkId: string;
  readonly info: ExecutorInfo;
  readonly role: string;
  /** Without allocation. */
  readonly charged: readonly Resource[];
}

/** A registered agent, connected or waiting for its return. */
export class Agent {
  connected = true;
  /** Nothing of it is offered: an operator deactivated or drains it. */
  isDeactivated = false;
  reregisteredAtMs: number | undefined;
  readonly tasks = new Set<Task>();
  readonly offers = new Set<Offer>();
  /** By `executorKey`. */
  readonly executors = new Map<string, Executor>();
  /** Kills asked for while the agent was away: task id → framework id (C§9.4). */
  readonly pendingKills = new Map<string, string>();
  /** Runs out when a disconnected agent does not come back in time. */
  reregisterTimer: Timer | undefined;
  pingTimer: Timer | undefined;
  missedPongs = 0;
  /** Total minus what tasks, executors and offers hold; without allocation. */
  available: readonly Resource[];
  private currentDescription!: AgentDescription;
  private currentTotal: readonly Resource[] = [];

  constructor(
    readonly id: string,
    description: AgentDescription,
    public link: MasterLinkEnd,
    readonly registeredAtMs: number,
  ) {
    this.description = description;
    this.available = this.total;
  }

  get description(): AgentDescription {
    return this.currentDescription;
  }

  /** Does not touch `available`: whoever replaces the description accounts for the difference. */
  set description(description: AgentDescription) {
    this.currentDescription = {
      ...description,
      info: { ...description.info, id: { value: this.id } },
    };
    this.currentTotal = addResources(description.info.resources.map(toRefinedFormat));
  }

  get info(): AgentInfo {
    return this.currentDescription.info;
  }

  get address(): AgentAddress {
    return this.currentDescription.address;
  }

  /** Merged, in the refined format, without allocation. */
  get total(): readonly Resource[] {
    return this.currentTotal;
  }

  take(resources: readonly Resource[]): void {
    this.available = subtractResources(this.available, resources);
  }

  giveBack(resources: readonly Resource[]): void {
    this.available = addResources(this.available, resources);
  }

  send(message: MasterToAgentMessage): void {
    this.link.send(message);
  }
}

export function executorKey(frameworkId: string, executorId: string): string {
  return `${frameworkId}/${executorId}`;
}
