import type { Event, FrameworkCapability, FrameworkInfo, OfferConstraints } from '#mesos';
import type { Timer } from '../../runtime/clock.js';
import { rolesOf } from '../validation/framework-info.js';
import { BoundedMap } from './bounded-map.js';
import type { Offer } from './offer.js';
import type { EncodedEvent } from '../events/encode-event.js';
import { taskIdOf, type Task } from './task.js';

/** The open event stream of a subscribed framework. */
export interface FrameworkStream {
  /** `Mesos-Stream-Id` of this subscription. */
  readonly id: string;
  /** `encoded`: the event, where its sender has encoded it already. */
  send(event: Event, encoded?: EncodedEvent): void;
  /** Ends the response; nothing can be sent afterwards. */
  close(): void;
  /** Bytes that the framework has not taken yet. */
  readonly bufferedBytes?: number;
  /** Holds everything back for so long. */
  stall?(durationMs: number): void;
}

/** How a framework stands with the master (spec/local-cluster.md §4.2); completed ones are `CompletedFramework`s. */
export type FrameworkStanding = 'active' | 'disconnected' | 'recovered';

export interface FrameworkLimits {
  readonly maxCompletedTasks: number;
  readonly maxUnreachableTasks: number;
}

/** A task whose agent is unreachable: the framework may still ask for it (C§17.2). */
export interface UnreachableTask {
  readonly task: Task;
  readonly agentId: string;
  readonly unreachableAtMs: number;
}

/** A framework the master knows and has not removed. */
export class Framework {
  standing: FrameworkStanding;
  stream: FrameworkStream | undefined;
  failoverTimer: Timer | undefined;
  roles: ReadonlySet<string> = new Set();
  suppressedRoles: Set<string> = new Set();
  offerConstraints: OfferConstraints = {};
  registeredAtMs: number;
  reregisteredAtMs: number | undefined;
  readonly tasks = new Map<string, Task>();
  readonly offers = new Map<string, Offer>();
  readonly completedTasks: BoundedMap<string, Task>;
  readonly unreachableTasks: BoundedMap<string, UnreachableTask>;
  private capabilities: ReadonlySet<FrameworkCapability> = new Set();
  private currentInfo!: FrameworkInfo;

  constructor(
    readonly id: string,
    info: FrameworkInfo,
    limits: FrameworkLimits,
    born: { standing: FrameworkStanding; atMs: number },
  ) {
    this.standing = born.standing;
    this.registeredAtMs = born.atMs;
    this.completedTasks = new BoundedMap(limits.maxCompletedTasks);
    this.unreachableTasks = new BoundedMap(limits.maxUnreachableTasks);
    this.info = info;
  }

  /** As registered; `id` is always set. */
  get info(): FrameworkInfo {
    return this.currentInfo;
  }

  set info(info: FrameworkInfo) {
    this.currentInfo = { ...info, id: { value: this.id } };
    this.capabilities = new Set(info.capabilities?.map((capability) => capability.type));
    this.roles = new Set(rolesOf(info));
  }

  get isActive(): boolean {
    return this.standing === 'active';
  }

  /** Whether its tasks survive the agent process. */
  get isCheckpointing(): boolean {
    return this.info.checkpoint === true;
  }

  can(capability: FrameworkCapability): boolean {
    return this.capabilities.has(capability);
  }

  /** Sends an event if anybody listens; returns whether it was sent. */
  send(event: Event, encoded?: EncodedEvent): boolean {
    this.stream?.send(event, encoded);
    return this.stream !== undefined;
  }

  /** Moves a task into the history. */
  complete(task: Task): void {
    this.tasks.delete(taskIdOf(task));
    this.completedTasks.set(taskIdOf(task), task);
  }
}

/** A removed framework: its id is refused from now on. */
export interface CompletedFramework {
  readonly framework: Framework;
  readonly unregisteredAtMs: number;
}
