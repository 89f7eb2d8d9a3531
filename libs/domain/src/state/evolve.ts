import type { AppDefinition } from '../definitions/app/app-definition.js';
import { affectedApps } from '../deployments/plan.js';
import type { EventData, RecordedEvent } from '../events/domain-event.js';
import { addChecks, removeChecks } from '../instances/health/registration.js';
import { isGone } from '../instances/condition.js';
import type { Agent, Instance, Task } from '../instances/instance.js';
import type { Deployment, State, TaskFailure } from './state.js';
import { evolveWebhooks } from '../webhooks/evolve-webhooks.js';
import { withHealthChange } from './evolve-health.js';
import { failureOf, unhealthyFailureOf } from './task-failure.js';

/** How many answers to idempotent commands are remembered. */
const REMEMBERED_REPLIES = 10_000;

/**
 * Folds one event into the state, in place. Deterministic: reads nothing but its arguments. An event about
 * something the state does not know changes nothing, so that a fold never fails on a log that was once valid.
 */
export function evolve(state: State, event: RecordedEvent): void {
  state.position = event.position;
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return storeApp(state, event.data.app);
    case 'AppDeleted':
      return deleteApp(state, event.data.appId);
    case 'GroupCreated':
    case 'GroupUpdated':
      return storeGroup(state, event.data);
    case 'GroupDeleted':
      return deleteGroup(state, event.data.groupId);
    case 'FrameworkRegistered':
    case 'FrameworkReregistered':
      state.frameworkId = event.data.frameworkId;
      return;
    case 'FrameworkIdForgotten':
      state.frameworkId = undefined;
      return;
    case 'LeadershipAcquired':
      state.cluster = identityOf(event.data);
      return;
    case 'DeploymentStarted':
      return startDeployment(state, event.data, event.time);
    case 'DeploymentStepStarted':
      return startStep(state, event.data);
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
      state.deployments.delete(event.data.plan.id);
      return;
    case 'CommandAccepted':
      return rememberReply(state, event.data);
    case 'HealthChecksAdded':
      return addChecks(state, event.data.appId, event.data.version, event.data.healthChecks);
    case 'HealthChecksRemoved':
      return removeChecks(state, event.data.appId, event.data.version);
    case 'WebhookSubscribed':
    case 'WebhookChanged':
    case 'WebhookUnsubscribed':
    case 'WebhookPaused':
    case 'WebhookResumed':
    case 'WebhookAdvanced':
    case 'WebhookDeliveryFailed':
    case 'WebhookDeadLettered':
    case 'WebhookSkipped':
    case 'WebhookRedeliveryRequested':
    case 'WebhookRedelivered':
      return evolveWebhooks(state, event);
    case 'AppTerminated':
    case 'SchedulerDisconnected':
    case 'RootGroupChangeRefused':
    case 'UnknownInstanceTerminated':
      return;
    default:
      return evolveInstances(state, event);
  }
}

/** Terms of former releases said nothing of the cluster. */
function identityOf(data: EventData['LeadershipAcquired']): State['cluster'] {
  const { frameworkName, electionPath } = data;
  if (frameworkName === undefined) return undefined;
  return { frameworkName, ...(electionPath === undefined ? {} : { electionPath }) };
}

type InstanceEvent = Extract<
  RecordedEvent,
  {
    type:
      | 'InstanceScheduled'
      | 'InstanceProvisioned'
      | 'TaskStatusChanged'
      | 'InstanceBecameInactive'
      | 'InstanceGoalChanged'
      | 'InstanceKillRequested'
      | 'InstanceExpunged'
      | 'HealthCheckPassed'
      | 'HealthCheckFailed'
      | 'ReadinessChecked';
  }
>;

function evolveInstances(state: State, event: InstanceEvent): void {
  const { instances } = state;
  const { instanceId } = event.data;
  const before = instances.get(instanceId);
  const { folded } = event;
  const isKnown = folded !== undefined && folded.before === before;
  const after = isKnown ? folded.after : instanceAfter(state, before, event);
  if (after === undefined) instances.remove(instanceId);
  else if (after !== before) instances.put(after);
  if (before === undefined) return;
  if (event.type === 'TaskStatusChanged') recordFailure(state, failureOf(event.data, event.time));
  if (event.type === 'InstanceKillRequested') recordFailure(state, unhealthyFailureOf(event.data));
}

/** What becomes of an instance; `undefined` where there is none, or none any more. */
function instanceAfter(
  state: State,
  instance: Instance | undefined,
  event: InstanceEvent,
): Instance | undefined {
  if (event.type === 'InstanceScheduled') return scheduled(state, event.data, event.time) ?? instance;
  if (instance === undefined) return undefined;
  switch (event.type) {
    case 'InstanceProvisioned':
      return provisioned(instance, state.agents.shared(event.data.agent), event);
    case 'TaskStatusChanged':
      return withStatus(instance, event.data, event.time);
    case 'InstanceBecameInactive':
      return { ...instance, condition: 'UnreachableInactive', sinceMs: event.time, health: undefined };
    case 'InstanceGoalChanged':
      return { ...instance, goal: event.data.goal };
    case 'InstanceKillRequested':
      return { ...instance, killRequested: event.data.reason };
    case 'HealthCheckPassed':
    case 'HealthCheckFailed':
    case 'ReadinessChecked':
      return withHealthChange(instance, event);
    case 'InstanceExpunged':
      return undefined;
  }
}

/** A new app, or a new version of one. */
export function storeApp(state: State, app: AppDefinition): void {
  const previous = state.apps.get(app.id);
  state.treeHistory.noteApp(app.id, previous);
  if (previous === undefined) state.tree.addApp(app.id);
  else state.servicePorts.release(previous);
  state.apps.set(app.id, app);
  state.servicePorts.claim(app);
  state.versions.add(app);
}

function deleteApp(state: State, appId: string): void {
  const app = state.apps.get(appId);
  if (app === undefined) return;
  state.treeHistory.noteApp(appId, app);
  state.tree.removeApp(appId);
  state.servicePorts.release(app);
  state.apps.delete(appId);
  state.versions.removeApp(appId);
  state.taskFailures.delete(appId);
}

function storeGroup(state: State, data: EventData['GroupCreated']): void {
  const { groupId, enforceRole, dependencies = [] } = data;
  state.treeHistory.noteGroup(groupId, state.groups.get(groupId));
  const group = { id: groupId, ...(enforceRole === undefined ? {} : { enforceRole }), dependencies };
  state.groups.set(groupId, group);
  state.tree.addGroup(group);
}

function deleteGroup(state: State, groupId: string): void {
  state.treeHistory.noteGroup(groupId, state.groups.get(groupId));
  state.groups.delete(groupId);
  state.tree.removeGroup(groupId);
}

/** Most deployments change no group and kill nobody: they share these. */
const NO_GROUPS: Deployment['groups'] = new Map();
const NO_INSTANCES: Deployment['instancesToKill'] = new Set();

function startDeployment(state: State, data: EventData['DeploymentStarted'], time: number): void {
  const affected = affectedApps(data.plan);
  state.rootVersion = data.plan.version;
  state.treeHistory.begin(data.plan.version);
  state.deployments.set(data.plan.id, {
    plan: data.plan,
    currentStep: 0,
    affectedApps: affected,
    originals: originalsOf(state, affected),
    groups: data.groups === undefined ? NO_GROUPS : groupChanges(state, data.groups),
    instancesToKill: data.instancesToKill === undefined ? NO_INSTANCES : new Set(data.instancesToKill),
    startedAtMs: time,
  });
}

function originalsOf(state: State, affected: Iterable<string>): Deployment['originals'] {
  const originals = new Map<string, AppDefinition | null>();
  for (const appId of affected) originals.set(appId, state.apps.get(appId) ?? null);
  return originals;
}

function groupChanges(
  state: State,
  touched: NonNullable<EventData['DeploymentStarted']['groups']>,
): Deployment['groups'] {
  const original = (groupId: string) => state.groups.get(groupId) ?? null;
  return new Map(touched.map(({ groupId, target }) => [groupId, { original: original(groupId), target }]));
}

function startStep(state: State, data: EventData['DeploymentStepStarted']): void {
  const deployment = state.deployments.get(data.plan.id);
  if (deployment !== undefined)
    state.deployments.set(data.plan.id, { ...deployment, currentStep: data.step });
}

function scheduled(state: State, data: EventData['InstanceScheduled'], time: number): Instance | undefined {
  const app = state.versions.get(data.appId, data.version);
  if (app === undefined) return undefined;
  return {
    id: data.instanceId,
    appId: data.appId,
    app,
    role: data.role,
    goal: 'Running',
    condition: 'Scheduled',
    sinceMs: time,
    scheduledAtMs: time,
    deploymentId: data.deploymentId,
    agent: undefined,
    task: undefined,
    killRequested: undefined,
    health: undefined,
    readiness: undefined,
  };
}

const NO_ADDRESSES: Task['ipAddresses'] = [];

function provisioned(
  instance: Instance,
  agent: Agent,
  { data, time }: Extract<InstanceEvent, { type: 'InstanceProvisioned' }>,
): Instance {
  const task: Task = {
    id: data.taskId,
    incarnation: data.incarnation,
    stagedAtMs: time,
    startedAtMs: undefined,
    hostPorts: data.hostPorts,
    ipAddresses: NO_ADDRESSES,
    status: undefined,
  };
  return replaced(instance, {
    condition: 'Provisioned',
    sinceMs: time,
    agent,
    task,
    killRequested: undefined,
    health: undefined,
    readiness: undefined,
  });
}

function withStatus(instance: Instance, data: EventData['TaskStatusChanged'], time: number): Instance {
  const { task: before, agent, killRequested, health, readiness } = instance;
  if (before?.id !== data.taskId) return instance;
  const { condition } = data;
  const task: Task = {
    id: before.id,
    incarnation: before.incarnation,
    stagedAtMs: before.stagedAtMs,
    startedAtMs: before.startedAtMs ?? (condition === 'Running' ? time : undefined),
    hostPorts: before.hostPorts,
    ipAddresses: data.ipAddresses,
    status: {
      state: data.state,
      reason: data.reason,
      message: data.message === '' ? undefined : data.message,
      healthy: data.healthy,
      checkStatus: data.checkStatus,
      timestampMs: data.timestampMs,
      unreachableSinceMs: data.unreachableSinceMs,
    },
  };
  const stillToKill = isGone(condition) ? undefined : killRequested;
  return replaced(instance, {
    condition,
    sinceMs: condition !== instance.condition || data.healthyChanged === true ? time : instance.sinceMs,
    agent,
    task,
    killRequested: stillToKill,
    health,
    readiness,
  });
}

/**
 * An instance with new parts. Written out, with every key in the same order, because this is the hottest allocation
 * of a replay: objects of one shape are made and read several times faster than spread ones.
 */
function replaced(
  instance: Instance,
  changes: Pick<
    Instance,
    'condition' | 'agent' | 'task' | 'killRequested' | 'health' | 'readiness' | 'sinceMs'
  >,
): Instance {
  const { condition, sinceMs, agent, task, killRequested, health, readiness } = changes;
  return {
    id: instance.id,
    appId: instance.appId,
    app: instance.app,
    role: instance.role,
    goal: instance.goal,
    condition,
    sinceMs,
    scheduledAtMs: instance.scheduledAtMs,
    deploymentId: instance.deploymentId,
    agent,
    task,
    killRequested,
    health,
    readiness,
  };
}

/** Failures of apps that left the tree are nobody's news any more. */
function recordFailure(state: State, failure: TaskFailure | undefined): void {
  if (failure !== undefined && state.apps.has(failure.appId)) state.taskFailures.set(failure.appId, failure);
}

function rememberReply(state: State, data: EventData['CommandAccepted']): void {
  state.replies.set(data.key, { fingerprint: data.fingerprint, reply: data.reply });
  if (state.replies.size <= REMEMBERED_REPLIES) return;
  for (const oldest of state.replies.keys()) {
    state.replies.delete(oldest);
    break;
  }
}
