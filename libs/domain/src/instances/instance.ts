import type { Attribute, CheckStatus, MesosTaskState } from '../cluster/mesos-shapes.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import { isActive, isGone, isTerminal, type Condition, type Goal } from './condition.js';
import { aggregateHealth, type HealthRecord } from './health/check-health.js';
import type { ReadinessResult } from './readiness.js';

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
  /** When the condition, or the health that Mesos reports, last changed, epoch ms. */
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
  /** Results of the health checks of the definition for the present task; absent before the first. */
  readonly health?: HealthRecord;
  /** Last result of the readiness check for the present task, while a deployment asked for it. */
  readonly readiness?: ReadinessResult;
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
  /** Result of the general check, as Mesos reports it. */
  readonly checkStatus?: CheckStatus;
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

/** The health that Mesos reports: of a running task only (`spec/scheduling.md` §1.5). */
export const mesosHealthOf = ({ condition, task }: Instance): boolean | undefined =>
  condition === 'Running' ? task?.status?.healthy : undefined;

/** What is known of the health of an instance: over its checks, or what Mesos says if it has none. */
export const healthOf = (instance: Instance): boolean | undefined => {
  const checks = instance.app.healthChecks.length;
  return checks > 0 ? aggregateHealth(instance.health, checks) : mesosHealthOf(instance);
};

/**
 * Running, and healthy as far as its definition asks for health: without health checks, running suffices unless Mesos
 * says otherwise (`spec/scheduling.md` §1.4, D3). One whose kill is under way is not, whatever it answers meanwhile: nobody
 * may be taken out of service on the strength of it.
 */
export const isHealthy = (instance: Instance): boolean => {
  if (instance.condition !== 'Running' || instance.killRequested !== undefined) return false;
  const healthy = healthOf(instance);
  return instance.app.healthChecks.length > 0 ? healthy === true : healthy !== false;
};

/** Healthy, and ready if its definition has a readiness check: what a deployment waits for (§6). */
export const isGood = (instance: Instance): boolean =>
  isHealthy(instance) && (instance.app.readinessChecks.length === 0 || instance.readiness?.ready === true);
