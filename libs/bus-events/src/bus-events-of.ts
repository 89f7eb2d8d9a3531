import { formatTimestamp, type RecordedEvent } from '#domain';
import type { StoredEvent } from '#event-log';
import { recorded } from './recorded-event.js';
import { postedApp } from './api-post-event.js';
import { busEvent, type BusEvent } from './bus-event.js';
import {
  deploymentEnded,
  deploymentStepStarted,
  deploymentSucceeded,
  rootChangeRefused,
} from './deployment-events.js';
import {
  healthChecksAdded,
  healthChecksRemoved,
  checkFailed,
  checkPassed,
  unhealthyKill,
} from './health-events.js';
import { callbackChanged } from './callback-events.js';
import { expunged, instanceChanged, provisioned, statusChanged } from './instance-events.js';

const NONE: readonly BusEvent[] = [];

/**
 * What subscribers of the bus hear of an event on the log, in order; nothing for facts that Marathon never told
 * (`spec/operations.md` §3). Pure: the event's own data is all it needs.
 */
export function busEventsOf(stored: StoredEvent): readonly BusEvent[] {
  const event = recorded(stored);
  const at = formatTimestamp(stored.time);
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return postedApp(event.data, stored.actor.address, at);
    case 'DeploymentStarted': {
      const { groupId, plan, posted } = event.data;
      const success = busEvent('group_change_success', at, [], { groupId, version: plan.version });
      return posted === undefined ? [success] : [success, ...postedApp(posted, stored.actor.address, at)];
    }
    case 'RootGroupChangeRefused':
      return rootChangeRefused(event.data, at);
    case 'DeploymentStepStarted':
      return deploymentStepStarted(event.data, at);
    case 'DeploymentSucceeded':
      return deploymentSucceeded(event.data, at);
    case 'DeploymentFailed':
      return deploymentEnded('deployment_failed', event.data, at);
    case 'AppTerminated':
      return [busEvent('app_terminated_event', at, [event.data.appId], { appId: event.data.appId })];
    case 'FrameworkRegistered': {
      const { frameworkId, master } = event.data;
      return [busEvent('scheduler_registered_event', at, [], { frameworkId, master })];
    }
    case 'FrameworkReregistered':
      return [busEvent('scheduler_reregistered_event', at, [], { master: event.data.master })];
    case 'SchedulerDisconnected':
      return [busEvent('scheduler_disconnected_event', at, [], {})];
    case 'HealthChecksAdded':
      return healthChecksAdded(event.data, at);
    case 'HealthChecksRemoved':
      return healthChecksRemoved(event.data, at);
    case 'WebhookSubscribed':
      return callbackChanged('subscribe_event', stored, event.data);
    case 'WebhookUnsubscribed':
      return callbackChanged('unsubscribe_event', stored, event.data);
    case 'WebhookChanged':
    case 'WebhookPaused':
    case 'WebhookResumed':
    case 'WebhookAdvanced':
    case 'WebhookDeliveryFailed':
    case 'WebhookDeadLettered':
    case 'WebhookSkipped':
    case 'WebhookRedeliveryRequested':
    case 'WebhookRedelivered':
    case 'LeadershipAcquired':
    case 'FrameworkIdForgotten':
    case 'GroupCreated':
    case 'GroupUpdated':
    case 'GroupDeleted':
    case 'AppDeleted':
    case 'CommandAccepted':
      return NONE;
    default:
      return instanceEvents(event, at);
  }
}

type InstanceEvent = Extract<RecordedEvent, { data: { instanceId: string } }>;

function instanceEvents(event: InstanceEvent, at: string): readonly BusEvent[] {
  switch (event.type) {
    case 'InstanceScheduled':
      return [instanceChanged(event.data, 'Scheduled', { agentId: null, host: null }, at)];
    case 'InstanceProvisioned':
      return provisioned(event.data, at);
    case 'TaskStatusChanged':
      return statusChanged(event.data, at);
    case 'InstanceBecameInactive':
      return [instanceChanged(event.data, 'UnreachableInactive', event.data, at)];
    case 'InstanceExpunged':
      return expunged(event.data, at);
    case 'InstanceGoalChanged':
      return [instanceChanged(event.data, event.data.condition, event.data, at)];
    case 'UnknownInstanceTerminated': {
      const { instanceId, appId, condition } = event.data;
      const fields = { instanceId, runSpecId: appId, condition };
      return [busEvent('unknown_instance_terminated_event', at, [appId], fields)];
    }
    case 'InstanceKillRequested':
      return unhealthyKill(event.data);
    case 'HealthCheckPassed':
      return checkPassed(event.data, at);
    case 'HealthCheckFailed':
      return checkFailed(event.data, at);
    case 'ReadinessChecked':
      return NONE;
  }
}
