import type { CheckStatus, MesosTaskState } from '../cluster/mesos-shapes.js';
import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { RememberedReply } from '../commands/remembered-reply.js';
import type { Condition, Goal } from '../instances/condition.js';
import type { Agent, GoalReason, Instance, KillReason, TaskIpAddress } from '../instances/instance.js';
import type { ReadinessResult } from '../instances/readiness.js';
import type { Plan } from '../deployments/plan.js';
import type { Group } from '../state/state.js';
import type { Timestamp } from '../time/timestamp.js';
import type { WebhookEventData } from '../webhooks/webhook-events.js';

/**
 * Everything that ever changes is one of these facts. Names are past tense and permanent; data is
 * self-contained, so that a reader of the log needs no other event to tell a subscriber what happened.
 */
export interface EventData extends WebhookEventData {
  /** A process became the writer; `epoch` is its term. What it says of the cluster holds until the next term. */
  LeadershipAcquired: { node: string; epoch: number } & Partial<ClusterIdentity>;
  /** The master gave this framework its id, or knew it already. */
  FrameworkRegistered: { frameworkId: string; master: string };
  /** The session was resumed with the id we had. */
  FrameworkReregistered: { frameworkId: string; master: string };
  /** An operator gave the framework up with all its tasks; the next session registers a new one. `null`: none was known. */
  FrameworkIdForgotten: { frameworkId: string | null };
  /** The connection to the master was lost. */
  SchedulerDisconnected: { reason: string };

  /** A group came into being: it was asked for, or something below it was. */
  GroupCreated: { groupId: string; enforceRole?: boolean; dependencies?: readonly string[] };
  /** Dependencies or the enforced role of a group changed; the data is the whole group as it is now. */
  GroupUpdated: { groupId: string; enforceRole?: boolean; dependencies?: readonly string[] };
  /** A group left the tree, or an empty one gave way to an app of the same id. */
  GroupDeleted: { groupId: string };
  /** An app was stored for the first time. `uri`: the request path when one single app was posted. */
  AppCreated: { app: AppDefinition; uri?: string };
  /** The definition of an app changed: its configuration, only its instances, or a restart was asked. */
  AppUpdated: { app: AppDefinition; change: AppChange; uri?: string };
  /** An app left the tree; its instances are stopped by the deployment that follows. */
  AppDeleted: { appId: string };
  /** A change of the tree was refused after it was found well-formed (lock, limit, tree rules). */
  RootGroupChangeRefused: { groupId: string; version: Timestamp; reason: string; plan?: Plan };

  /**
   * A plan was accepted, and with it a new version of the tree: the plan's. `groupId`: parent of what was touched.
   * `groups`: the groups that change with it, as they will be. `instancesToKill`: chosen victims of kill-and-scale.
   * `posted`: the single app that was posted at `uri`, as it is stored, if nothing changes it: else its own event tells.
   */
  DeploymentStarted: {
    plan: Plan;
    groupId: string;
    groups?: readonly { groupId: string; target: Group | null }[];
    instancesToKill?: readonly string[];
    posted?: { app: AppDefinition; uri: string };
  };
  /**
   * Step `from` (0: none) has succeeded and `step` has begun; those between had nothing to do, so that they began
   * and succeeded in the same moment. Steps count from 1.
   */
  DeploymentStepStarted: { plan: Plan; from: number; step: number };
  /** Step `from` (0: none) and every step after it has succeeded, and with them the deployment. */
  DeploymentSucceeded: { plan: Plan; from: number };
  /** Cancelled, by force or by request. */
  DeploymentFailed: { plan: Plan; reason: string };
  /** The last instance of a deleted app is gone. */
  AppTerminated: { appId: string };

  /** A new copy is wanted. */
  InstanceScheduled: InstanceRef & { role: string; deploymentId?: string };
  /** An offer was matched; the launch is sent once this is durable. */
  InstanceProvisioned: InstanceRef & {
    taskId: string;
    incarnation: number;
    agent: Agent;
    hostPorts: readonly number[];
  };
  /** A status of Mesos changed what is known of a task. */
  TaskStatusChanged: TaskStatusChange;
  /** Unreachable for so long that a replacement is due (`spec/scheduling.md` §8.1). */
  InstanceBecameInactive: InstanceRef & Whereabouts;
  InstanceGoalChanged: InstanceRef & Whereabouts & { goal: Goal; condition: Condition; reason: GoalReason };
  /** The present task shall end, the goal stays. `unhealthy`: the failures behind it, if it is its health. */
  InstanceKillRequested: InstanceRef & { taskId: string; reason: KillReason; unhealthy?: UnhealthyKill };
  /** The record of an instance is gone. `condition`: the one to publish. `healthy`: as last known, if it was. */
  InstanceExpunged: InstanceRef & Whereabouts & { condition: Condition; healthy?: boolean };
  /** A task that is in no record ended or became unreachable. */
  UnknownInstanceTerminated: { instanceId: string; appId: string; condition: Condition };

  /** A health check of an instance passed that had not passed before, or had failed since. */
  HealthCheckPassed: HealthCheckOutcome;
  /** A health check of an instance failed, as often in a row as `consecutiveFailures` says. */
  HealthCheckFailed: HealthCheckOutcome & {
    healthCheck: HealthCheck;
    cause: string;
    consecutiveFailures: number;
    /** It had been alive until now. */
    aliveChanged: boolean;
  };
  /** The health of the instances of a version is checked from now on, or a new leader goes on checking it. */
  HealthChecksAdded: { appId: string; version: Timestamp; healthChecks: readonly HealthCheck[] };
  /** No instance of the version is left, or its definition is gone. */
  HealthChecksRemoved: { appId: string; version: Timestamp; healthChecks: readonly HealthCheck[] };
  /** A deployment learned whether an instance that it started is ready. */
  ReadinessChecked: InstanceRef & { readiness: ReadinessResult };

  /** A command carried an idempotency key; the same key gets `reply` again. */
  CommandAccepted: { key: string; fingerprint: string; reply: RememberedReply };
}

/** What all nodes of one cluster have in common. */
export interface ClusterIdentity {
  /** The name that the framework registers with. */
  frameworkName: string;
  /** Where its leaders are elected; absent in a term without an election. */
  electionPath?: string;
}

export type AppChange = 'configuration' | 'scale' | 'restart';

export interface InstanceRef {
  instanceId: string;
  appId: string;
  /** Version of the app's definition. */
  version: Timestamp;
}

export interface Whereabouts {
  host: string | null;
  agentId: string | null;
}

/** The failures for which a task is killed (`spec/operations.md` §3.4). */
export interface UnhealthyKill extends Whereabouts {
  cause: string;
  /** Time of the failure recorded before the last one, epoch ms. */
  lastFailureMs: number;
}

export interface HealthCheckOutcome extends InstanceRef {
  taskId: string;
  /** Place of the check in the definition, from 0. */
  check: number;
  /** Health of the instance over all its checks; `null`: not known yet. */
  healthy: boolean | null;
  /** Whether subscribers are to be told of that health. */
  healthyChanged: boolean;
}

export interface TaskStatusChange extends InstanceRef, Whereabouts {
  taskId: string;
  state: MesosTaskState;
  reason?: string;
  message: string;
  healthy?: boolean;
  /** The health that Mesos reports of the running task appeared, flipped or went. */
  healthyChanged?: true;
  checkStatus?: CheckStatus;
  /** When Mesos says it happened, epoch ms. */
  timestampMs: number;
  unreachableSinceMs?: number;
  hostPorts: readonly number[];
  ipAddresses: readonly TaskIpAddress[];
  condition: Condition;
  /** False when only health or addresses changed: no `instance_changed_event` then. */
  conditionChanged: boolean;
}

export type EventType = keyof EventData;

/** One event as decided: type and data. The writer adds the envelope. */
export type DomainEvent = {
  [T in EventType]: { readonly type: T; readonly data: Readonly<EventData[T]> };
}[EventType];

/** A domain event with the parts of its envelope that the fold needs. */
export type RecordedEvent = DomainEvent & {
  readonly position: number;
  readonly time: number;
  /** Present where the event comes from whoever decided it, in the same process. */
  readonly folded?: FoldedInstance | undefined;
};

/**
 * The instance that an event is about, before it and after it, as a state that has folded it holds them; `undefined` where
 * there is none. Another state that holds the same one before may take over the one after: a fold depends on nothing else.
 */
export interface FoldedInstance {
  readonly before: Instance | undefined;
  readonly after: Instance | undefined;
}
