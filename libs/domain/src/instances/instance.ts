import type { Attribute, MesosTaskState } from '../cluster/mesos-shapes.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import { isActive, isGone, isTerminal, type Condition, type Goal } from './condition.js';

/** One desired copy of an app (`spec/scheduling.md` §1.1). Replaced as a whole on every change, never mutated. */
export interface Instance {
  /** `<safePath>.instance-<uuid>`. */
  readonly id: string;
  readonly appId: string;
  /** The definition (and its version) this instance was last scheduled or provisioned with. */
  readonly app: AppDefinition;
  /** Role of the app when the instance was scheduled; never changes afterwards. */
  readonly role: string;
  readonly goal: Goal;
  readonly condition: Condition;
  /** When the condition last changed, epoch ms. */
  readonly sinceMs: number;
  /** When it was scheduled, epoch ms. */
  readonly scheduledAtMs: number;
  /** The deployment that asked for it, if one did. */
  readonly deploymentId?: string;
  /** Absent before the first match. */
  readonly agent?: Agent;
  /** Absent before the first match; afterwards the task of the latest incarnation. */
  readonly task?: Task;
  /**
   * Someone asked to kill the present task without changing the goal. Cleared when the task ends, and forgotten when it
   * goes out of sight (`spec/scheduling.md` §9.1).
   */
  readonly killRequested?: KillReason;
}

export type KillReason = 'UserRequest' | 'Overdue' | 'Unhealthy';

export type GoalReason =
  | 'OverCapacity'
  | 'DeploymentScaling'
  | 'DeletingApp'
  | 'UserRequest'
  | 'Upgrading'
  | 'Orphaned'
  | 'Overdue'
  | 'UnkillableEphemeralInstance';

export interface Agent {
  readonly host: string;
  readonly agentId: string;
  readonly region?: string;
  readonly zone?: string;
  readonly attributes: readonly Attribute[];
}

export interface Task {
  /** `<instanceId>._app.<incarnation>`. */
  readonly id: string;
  readonly incarnation: number;
  /** Time of the offer match, epoch ms. */
  readonly stagedAtMs: number;
  /** First TASK_RUNNING, epoch ms. */
  readonly startedAtMs?: number;
  readonly hostPorts: readonly number[];
  readonly ipAddresses: readonly TaskIpAddress[];
  /** Last stored Mesos status; absent until the first one. */
  readonly status?: TaskStatusRecord;
}

export interface TaskIpAddress {
  readonly ipAddress: string;
  readonly protocol: 'IPv4' | 'IPv6';
}

export interface TaskStatusRecord {
  readonly state: MesosTaskState;
  readonly reason?: string;
  readonly message?: string;
  readonly healthy?: boolean;
  /** When Mesos says it happened, epoch ms. */
  readonly timestampMs: number;
  /** Since when the agent is unreachable, epoch ms. */
  readonly unreachableSinceMs?: number;
}

/** Waiting for an offer: the one predicate behind launching, reviving and the queue (§1.4). */
export const isScheduled = (instance: Instance): boolean =>
  instance.goal === 'Running' && (instance.condition === 'Scheduled' || isTerminal(instance.condition));

/** An offer was accepted for it and no status has come yet. */
export const isProvisioned = (instance: Instance): boolean =>
  instance.goal === 'Running' && instance.condition === 'Provisioned';

/** Counts toward the wanted number of instances: R of `spec/scheduling.md` §7.6. */
export const isCounted = (instance: Instance): boolean =>
  instance.goal === 'Running' && instance.condition !== 'UnreachableInactive';

/** Nothing of it runs, and no word of an end is to be waited for. */
export const isAbsent = ({ condition }: Instance): boolean => condition === 'Scheduled' || isGone(condition);

/** On its way out, and still able to serve: what stops and scale steps wait for. */
export const isDying = (instance: Instance): boolean =>
  instance.goal !== 'Running' && !isGone(instance.condition);

/** A live task that must be brought to an end: its goal says so, or somebody asked. */
export const mustBeKilled = (instance: Instance): boolean =>
  instance.task !== undefined &&
  isActive(instance.condition) &&
  instance.condition !== 'Unreachable' &&
  (instance.goal !== 'Running' || instance.killRequested !== undefined);

/**
 * Running, and healthy as far as its definition asks for health (§1.4, §6). Health checks are refused by the
 * API until they work, so Running suffices; the health flag of Mesos is respected when one is present.
 */
export const isGood = (instance: Instance): boolean =>
  instance.condition === 'Running' && instance.task?.status?.healthy !== false;
