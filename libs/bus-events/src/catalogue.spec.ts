import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventType } from '#domain';
import { appDefinition, launchEvents, storedEvents, VERSION } from './domain-objects.fixture.js';
import { writeAppJson } from './app-json.js';
import { busEventsOf } from './bus-events-of.js';

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** Written out, so that the compiler asks for a type that is missing here. */
const DOMAIN_EVENTS = Object.keys({
  LeadershipAcquired: 0,
  FrameworkRegistered: 0,
  FrameworkReregistered: 0,
  FrameworkIdForgotten: 0,
  SchedulerDisconnected: 0,
  GroupCreated: 0,
  GroupUpdated: 0,
  GroupDeleted: 0,
  AppCreated: 0,
  AppUpdated: 0,
  AppDeleted: 0,
  RootGroupChangeRefused: 0,
  DeploymentStarted: 0,
  DeploymentStepStarted: 0,
  DeploymentSucceeded: 0,
  DeploymentFailed: 0,
  AppTerminated: 0,
  InstanceScheduled: 0,
  InstanceProvisioned: 0,
  TaskStatusChanged: 0,
  InstanceBecameInactive: 0,
  InstanceGoalChanged: 0,
  InstanceKillRequested: 0,
  InstanceExpunged: 0,
  UnknownInstanceTerminated: 0,
  HealthCheckPassed: 0,
  HealthCheckFailed: 0,
  HealthChecksAdded: 0,
  HealthChecksRemoved: 0,
  ReadinessChecked: 0,
  CommandAccepted: 0,
  WebhookSubscribed: 0,
  WebhookChanged: 0,
  WebhookUnsubscribed: 0,
  WebhookPaused: 0,
  WebhookResumed: 0,
  WebhookAdvanced: 0,
  WebhookDeliveryFailed: 0,
  WebhookDeadLettered: 0,
  WebhookSkipped: 0,
  WebhookRedeliveryRequested: 0,
  WebhookRedelivered: 0,
} satisfies Record<EventType, 0>);

/** What can be heard on `/v2/events` (`spec/operations.md` §3); pods, callbacks and custom executors are not there. */
const BUS_EVENTS = [
  'api_post_event',
  'group_change_success',
  'group_change_failed',
  'event_stream_attached',
  'event_stream_detached',
  'deployment_info',
  'deployment_step_success',
  'deployment_success',
  'deployment_failed',
  'status_update_event',
  'instance_changed_event',
  'instance_health_changed_event',
  'unknown_instance_terminated_event',
  'app_terminated_event',
  'add_health_check_event',
  'remove_health_check_event',
  'failed_health_check_event',
  'health_status_changed_event',
  'unhealthy_instance_kill_event',
  'scheduler_registered_event',
  'scheduler_reregistered_event',
  'scheduler_disconnected_event',
  'event_gap_event',
];

describe('the documentation', () => {
  it.each(DOMAIN_EVENTS)('has a row for the domain event %s', (type) => {
    expect(page('domain-events.md')).toContain(`\n| \`${type}\` |`);
  });

  it.each(BUS_EVENTS)('has a row for the bus event %s', (type) => {
    expect(page('event-stream.md')).toMatch(new RegExp(`^\\| [^|]*\`${type}\`[^|]* \\|`, 'm'));
  });
});

/** What the bus says of a fact, of one type. */
const textOf = (event: Parameters<typeof storedEvents>[0][number], type: string): string | undefined =>
  storedEvents([event])
    .flatMap((stored) => busEventsOf(stored))
    .find((told) => told.type === type)?.json;

describe('byte for byte', () => {
  const app = appDefinition();
  it('status_update_event', () => {
    const running = launchEvents(app)[2]!;
    expect(textOf(running, 'status_update_event')).toBe(
      '{"slaveId":"agent-S0","taskId":"foo.instance-00000001-8df4-11ea-9c1e-02420a000001._app.1",' +
        '"taskStatus":"TASK_RUNNING","message":"","appId":"/foo","host":"agent1.example",' +
        '"ipAddresses":[{"ipAddress":"10.0.0.7","protocol":"IPv4"}],"ports":[31001],' +
        `"version":"${VERSION}","eventType":"status_update_event","timestamp":"${VERSION}"}`,
    );
  });

  it('api_post_event', () => {
    expect(textOf({ type: 'AppCreated', data: { app, uri: '/v2/apps' } }, 'api_post_event')).toBe(
      `{"clientIp":"192.0.2.9","uri":"/v2/apps","eventType":"api_post_event","timestamp":"${VERSION}",` +
        `"appDefinition":${writeAppJson(app)}}`,
    );
  });
});
