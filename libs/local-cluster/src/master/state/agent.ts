import {
  addResources,
  isEmptyResource,
  subtractResources,
  sumScalar,
  toRefinedFormat,
  type ExecutorInfo,
  type Resource,
  type Url,
} from '#mesos';
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
  /** Counts changes of `available`, so that what was found out about it need not be found out again. */
  changes = 0;
  /** Total minus what tasks, executors and offers hold; without allocation. */
  available: readonly Resource[];
  hasGpus = false;
  /** Base of its HTTP pages. */
  url!: Url;
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
    this.hasGpus = sumScalar(this.currentTotal, 'gpus') > 0;
    this.url = agentUrl(description);
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
    this.changes += 1;
    // What is offered is mostly everything there is.
    this.available = resources === this.available ? [] : subtractResources(this.available, resources);
  }

  giveBack(resources: readonly Resource[]): void {
    if (resources.length === 0) return;
    this.changes += 1;
    const isAlone = this.available.length === 0 && areMerged(resources);
    this.available = isAlone ? resources : addResources(this.available, resources);
  }

  send(message: MasterToAgentMessage): void {
    this.link.send(message);
  }
}

function agentUrl({ info, address }: AgentDescription): Url {
  return {
    scheme: 'http',
    address: { hostname: info.hostname, ip: address.ip, port: address.port },
    path: address.pathPrefix,
  };
}

/** Amounts of different names that nobody reserved need no merging. */
function areMerged(resources: readonly Resource[]): boolean {
  return resources.every(
    (resource, index) =>
      resource.reservations === undefined &&
      resource.disk === undefined &&
      resource.shared === undefined &&
      !isEmptyResource(resource) &&
      resources.findIndex(({ name }) => name === resource.name) === index,
  );
}

export function executorKey(frameworkId: string, executorId: string): string {
  return `${frameworkId}/${executorId}`;
}
