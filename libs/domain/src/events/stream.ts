import type { DomainEvent } from './domain-event.js';

/** The stream an event belongs to: the thing whose history it is part of (`spec/operations.md` §18.1). */
export function streamOf(event: DomainEvent): string {
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return `app:${event.data.app.id}`;
    case 'AppDeleted':
    case 'AppTerminated':
    case 'HealthChecksAdded':
    case 'HealthChecksRemoved':
      return `app:${event.data.appId}`;
    case 'GroupCreated':
    case 'GroupUpdated':
    case 'GroupDeleted':
    case 'RootGroupChangeRefused':
      return `group:${event.data.groupId}`;
    case 'DeploymentStarted':
    case 'DeploymentStepStarted':
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
      return `deployment:${event.data.plan.id}`;
    case 'InstanceScheduled':
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
      return `instance:${event.data.instanceId}`;
    case 'FrameworkRegistered':
    case 'FrameworkReregistered':
    case 'FrameworkIdForgotten':
    case 'SchedulerDisconnected':
      return 'framework';
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
      return `webhook:${event.data.id}`;
    case 'LeadershipAcquired':
    case 'CommandAccepted':
      return 'cluster';
  }
}
