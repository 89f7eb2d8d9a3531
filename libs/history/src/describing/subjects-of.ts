import { affectedApps, ancestorPaths, type DomainEvent, type EventType } from '#domain';

/** Facts that change what is wanted, not what runs: `kind=change` of the history. */
const CHANGES: ReadonlySet<string> = new Set<EventType>([
  'AppCreated',
  'AppUpdated',
  'AppDeleted',
  'AppTerminated',
  'GroupCreated',
  'GroupUpdated',
  'GroupDeleted',
  'DeploymentStarted',
  'DeploymentStepStarted',
  'DeploymentSucceeded',
  'DeploymentFailed',
]);

/** Whether an event is about definitions, groups or deployments, and not about single instances. */
export const isChange = (event: { readonly type: string }): boolean => CHANGES.has(event.type);

/** What an event is about; ids of apps and groups are absolute. */
export interface Concerns {
  readonly apps: Iterable<string>;
  readonly groups: readonly string[];
  readonly instance?: string;
  readonly deployment?: string;
  readonly webhook?: string;
  /** `framework` or `cluster`, for what concerns all. */
  readonly whole?: 'framework' | 'cluster';
}

/**
 * What an event is about, by name: `app:/a/b`, every group at or above (`group:/a`, `group:/`), `instance:<id>`,
 * `deployment:<id>`, `webhook:<id>`, `framework`, `cluster`. An event of a deployment is about every app that its plan touches.
 */
export function subjectsOf(event: DomainEvent): string[] {
  const concerns = concernsOf(event) as Concerns | undefined;
  // A newer release may have written types that this one does not know.
  if (concerns === undefined) return [];
  const { apps, groups, instance, deployment, webhook, whole } = concerns;
  const subjects: string[] = [];
  const above = new Set<string>();
  for (const app of apps) {
    subjects.push(`app:${app}`);
    for (const group of ancestorPaths(app)) above.add(group);
  }
  for (const group of groups) for (const id of [...ancestorPaths(group), group]) above.add(id);
  for (const group of above) subjects.push(`group:${group}`);
  if (instance !== undefined) subjects.push(`instance:${instance}`);
  if (deployment !== undefined) subjects.push(`deployment:${deployment}`);
  if (webhook !== undefined) subjects.push(`webhook:${webhook}`);
  if (whole !== undefined) subjects.push(whole);
  return subjects;
}

/** The same, as ids by kind and without the groups above. */
export function concernsOf(event: DomainEvent): Concerns {
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return { apps: [event.data.app.id], groups: [] };
    case 'AppDeleted':
    case 'AppTerminated':
    case 'HealthChecksAdded':
    case 'HealthChecksRemoved':
      return { apps: [event.data.appId], groups: [] };
    case 'GroupCreated':
    case 'GroupUpdated':
    case 'GroupDeleted':
      return { apps: [], groups: [event.data.groupId] };
    case 'RootGroupChangeRefused': {
      const { plan, groupId } = event.data;
      return { apps: plan === undefined ? [] : affectedApps(plan), groups: [groupId] };
    }
    case 'DeploymentStarted':
    case 'DeploymentStepStarted':
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
      return deploymentConcerns(event);
    case 'InstanceScheduled': {
      const { appId, instanceId, deploymentId } = event.data;
      const concerns = { apps: [appId], groups: [], instance: instanceId };
      return deploymentId === undefined ? concerns : { ...concerns, deployment: deploymentId };
    }
    case 'InstanceProvisioned':
    case 'TaskStatusChanged':
    case 'InstanceBecameInactive':
    case 'InstanceGoalChanged':
    case 'InstanceKillRequested':
    case 'InstanceExpunged':
    case 'HealthCheckPassed':
    case 'HealthCheckFailed':
    case 'ReadinessChecked':
    case 'UnknownInstanceTerminated':
      return { apps: [event.data.appId], groups: [], instance: event.data.instanceId };
    case 'FrameworkRegistered':
    case 'FrameworkReregistered':
    case 'FrameworkIdForgotten':
    case 'SchedulerDisconnected':
      return { apps: [], groups: [], whole: 'framework' };
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
      return { apps: [], groups: [], webhook: event.data.id };
    case 'LeadershipAcquired':
    case 'CommandAccepted':
      return { apps: [], groups: [], whole: 'cluster' };
  }
}

type DeploymentEvent = Extract<DomainEvent, { type: `Deployment${string}` }>;

function deploymentConcerns({ type, data }: DeploymentEvent): Concerns {
  const groups = type === 'DeploymentStarted' ? (data.groups ?? []).map(({ groupId }) => groupId) : [];
  return { apps: affectedApps(data.plan), groups, deployment: data.plan.id };
}
