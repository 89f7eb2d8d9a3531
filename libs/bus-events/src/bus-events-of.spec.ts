import type { DomainEvent } from '#domain';
import { describe, expect, it } from 'vitest';
import {
  appDefinition,
  instanceId,
  launchEvents,
  plan,
  storedEvents,
  VERSION,
} from '../../../test/support/domain-objects.js';
import { writeAppJson } from './app-json.js';
import { busEventsOf } from './bus-events-of.js';

const app = appDefinition();
const thePlan = plan(app.id);
const firstStep = { actions: [{ action: 'StartApplication' as const, app: '/foo' }] };
const secondStep = { actions: [{ action: 'ScaleApplication' as const, app: '/foo' }] };
const twoSteps = { ...thePlan, steps: [firstStep, secondStep] };
const id = instanceId(app.id, 1);
const ref = { instanceId: id, appId: app.id, version: VERSION };
const placed = { host: 'agent1.example', agentId: 'agent-S0' };
const [scheduled, provisioned, running] = launchEvents(app) as [DomainEvent, DomainEvent, DomainEvent];

const changed = {
  instanceId: id,
  runSpecId: '/foo',
  agentId: 'agent-S0',
  host: 'agent1.example',
  runSpecVersion: VERSION,
};
const status = {
  taskId: `${id}._app.1`,
  appId: '/foo',
  host: 'agent1.example',
  ports: [31_001],
  version: VERSION,
  message: '',
};

const callback = {
  id: 'w',
  url: 'http://h/',
  eventTypes: [],
  apps: [],
  format: 'bus' as const,
  maxAttempts: 1,
  timeoutMs: 1000,
  cursor: 0,
};

/** One row per fact: what the bus says, without the `eventType` and `timestamp` that all events have. */
const goldens: readonly (readonly [DomainEvent, readonly (readonly [type: string, fields: object])[]])[] = [
  [{ type: 'LeadershipAcquired', data: { node: 'n', epoch: 1 } }, []],
  [
    { type: 'FrameworkRegistered', data: { frameworkId: 'f', master: 'm' } },
    [['scheduler_registered_event', { frameworkId: 'f', master: 'm' }]],
  ],
  [
    { type: 'FrameworkReregistered', data: { frameworkId: 'f', master: 'm' } },
    [['scheduler_reregistered_event', { master: 'm' }]],
  ],
  [{ type: 'SchedulerDisconnected', data: { reason: 'r' } }, [['scheduler_disconnected_event', {}]]],
  [{ type: 'GroupCreated', data: { groupId: '/g' } }, []],
  [{ type: 'GroupUpdated', data: { groupId: '/g', dependencies: ['/h'] } }, []],
  [{ type: 'GroupDeleted', data: { groupId: '/g' } }, []],
  [
    { type: 'AppCreated', data: { app, uri: '/v2/apps' } },
    [
      [
        'api_post_event',
        { clientIp: '192.0.2.9', uri: '/v2/apps', appDefinition: JSON.parse(writeAppJson(app)) as object },
      ],
    ],
  ],
  [{ type: 'AppCreated', data: { app } }, []],
  [
    { type: 'AppUpdated', data: { app, change: 'scale', uri: '/v2/apps//foo' } },
    [
      [
        'api_post_event',
        {
          clientIp: '192.0.2.9',
          uri: '/v2/apps//foo',
          appDefinition: JSON.parse(writeAppJson(app)) as object,
        },
      ],
    ],
  ],
  [{ type: 'AppUpdated', data: { app, change: 'restart' } }, []],
  [{ type: 'AppDeleted', data: { appId: '/foo' } }, []],
  [
    { type: 'RootGroupChangeRefused', data: { groupId: '/', version: VERSION, reason: 'r' } },
    [['group_change_failed', { groupId: '/', version: VERSION, reason: 'r' }]],
  ],
  [
    { type: 'RootGroupChangeRefused', data: { groupId: '/', version: VERSION, reason: 'r', plan: thePlan } },
    [
      ['group_change_failed', { groupId: '/', version: VERSION, reason: 'r' }],
      ['deployment_failed', { id: thePlan.id, plan: thePlan, reason: 'r' }],
    ],
  ],
  [
    { type: 'DeploymentStarted', data: { plan: thePlan, groupId: '/' } },
    [['group_change_success', { groupId: '/', version: VERSION }]],
  ],
  [
    {
      type: 'DeploymentStarted',
      data: { plan: { ...thePlan, steps: [] }, groupId: '/', posted: { app, uri: '/v2/apps//foo' } },
    },
    [
      ['group_change_success', { groupId: '/', version: VERSION }],
      [
        'api_post_event',
        {
          clientIp: '192.0.2.9',
          uri: '/v2/apps//foo',
          appDefinition: JSON.parse(writeAppJson(app)) as object,
        },
      ],
    ],
  ],
  [
    { type: 'DeploymentStepStarted', data: { plan: twoSteps, from: 0, step: 1 } },
    [['deployment_info', { plan: twoSteps, currentStep: firstStep }]],
  ],
  [
    { type: 'DeploymentStepStarted', data: { plan: twoSteps, from: 1, step: 2 } },
    [
      ['deployment_step_success', { plan: twoSteps, currentStep: firstStep }],
      ['deployment_info', { plan: twoSteps, currentStep: secondStep }],
    ],
  ],
  [
    { type: 'DeploymentStepStarted', data: { plan: twoSteps, from: 0, step: 2 } },
    [
      ['deployment_info', { plan: twoSteps, currentStep: firstStep }],
      ['deployment_step_success', { plan: twoSteps, currentStep: firstStep }],
      ['deployment_info', { plan: twoSteps, currentStep: secondStep }],
    ],
  ],
  [
    { type: 'DeploymentSucceeded', data: { plan: twoSteps, from: 0 } },
    [
      ['deployment_info', { plan: twoSteps, currentStep: firstStep }],
      ['deployment_step_success', { plan: twoSteps, currentStep: firstStep }],
      ['deployment_info', { plan: twoSteps, currentStep: secondStep }],
      ['deployment_step_success', { plan: twoSteps, currentStep: secondStep }],
      ['deployment_success', { id: twoSteps.id, plan: twoSteps }],
    ],
  ],
  [
    { type: 'DeploymentSucceeded', data: { plan: twoSteps, from: 2 } },
    [
      ['deployment_step_success', { plan: twoSteps, currentStep: secondStep }],
      ['deployment_success', { id: twoSteps.id, plan: twoSteps }],
    ],
  ],
  [
    { type: 'DeploymentSucceeded', data: { plan: { ...thePlan, steps: [] }, from: 0 } },
    [['deployment_success', { id: thePlan.id, plan: { ...thePlan, steps: [] } }]],
  ],
  [
    { type: 'DeploymentFailed', data: { plan: thePlan, reason: 'The upgrade has been cancelled' } },
    [['deployment_failed', { id: thePlan.id, plan: thePlan, reason: 'The upgrade has been cancelled' }]],
  ],
  [{ type: 'AppTerminated', data: { appId: '/foo' } }, [['app_terminated_event', { appId: '/foo' }]]],
  [
    scheduled,
    [['instance_changed_event', { ...changed, condition: 'Scheduled', agentId: null, host: null }]],
  ],
  [
    provisioned,
    [
      ['status_update_event', { ...status, slaveId: '', taskStatus: 'TASK_STAGING', ipAddresses: [] }],
      ['instance_changed_event', { ...changed, condition: 'Provisioned' }],
    ],
  ],
  [
    running,
    [
      [
        'status_update_event',
        {
          ...status,
          slaveId: 'agent-S0',
          taskStatus: 'TASK_RUNNING',
          ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }],
        },
      ],
      ['instance_changed_event', { ...changed, condition: 'Running' }],
    ],
  ],
  [
    { type: 'InstanceBecameInactive', data: { ...ref, ...placed } },
    [['instance_changed_event', { ...changed, condition: 'UnreachableInactive' }]],
  ],
  [
    {
      type: 'InstanceGoalChanged',
      data: { ...ref, ...placed, goal: 'Decommissioned', condition: 'Running', reason: 'DeploymentScaling' },
    },
    [['instance_changed_event', { ...changed, condition: 'Running' }]],
  ],
  [{ type: 'InstanceKillRequested', data: { ...ref, taskId: 't', reason: 'UserRequest' } }, []],
  [
    { type: 'InstanceExpunged', data: { ...ref, ...placed, condition: 'Killed' } },
    [['instance_changed_event', { ...changed, condition: 'Killed' }]],
  ],
  [
    { type: 'UnknownInstanceTerminated', data: { instanceId: id, appId: '/foo', condition: 'Failed' } },
    [['unknown_instance_terminated_event', { instanceId: id, runSpecId: '/foo', condition: 'Failed' }]],
  ],
  [
    { type: 'WebhookSubscribed', data: { ...callback, kind: 'callback' } },
    [['subscribe_event', { clientIp: '192.0.2.9', callbackUrl: 'http://h/' }]],
  ],
  [
    { type: 'WebhookUnsubscribed', data: { id: 'w', kind: 'callback', url: 'http://h/' } },
    [['unsubscribe_event', { clientIp: '192.0.2.9', callbackUrl: 'http://h/' }]],
  ],
  [{ type: 'WebhookSubscribed', data: { ...callback, kind: 'webhook' } }, []],
  [{ type: 'WebhookUnsubscribed', data: { id: 'w', kind: 'webhook', url: 'http://h/' } }, []],
  [{ type: 'WebhookChanged', data: callback }, []],
  [{ type: 'WebhookAdvanced', data: { id: 'w', position: 1 } }, []],
  [{ type: 'WebhookDeadLettered', data: { id: 'w', position: 1, attempts: 1, error: 'e' } }, []],
  [{ type: 'CommandAccepted', data: { key: 'k', fingerprint: 'f', reply: { kind: 'done' } } }, []],
];

const busEvents = (event: DomainEvent) => storedEvents([event]).flatMap((stored) => busEventsOf(stored));

const subjects = (event: DomainEvent) => busEvents(event).map(({ appIds }) => appIds);

describe('busEventsOf', () => {
  it.each(goldens)('$type %#', (event, expected) => {
    const events = busEvents(event);
    expect(events.map(({ type, json }) => [type, JSON.parse(json)])).toEqual(
      expected.map(([type, fields]) => [type, { ...fields, eventType: type, timestamp: VERSION }]),
    );
    for (const { json } of events) expect(json).not.toMatch(/[\r\n]/);
  });

  it('names the apps an event is about', () => {
    expect(subjects({ type: 'DeploymentFailed', data: { plan: plan('/a', '/b'), reason: 'r' } })).toEqual([
      ['/a', '/b'],
    ]);
    expect(subjects(running)).toEqual([['/foo'], ['/foo']]);
    expect(subjects({ type: 'SchedulerDisconnected', data: { reason: 'r' } })).toEqual([[]]);
  });

  it('tells a status that changes no condition once, and cuts long messages', () => {
    if (running.type !== 'TaskStatusChanged') throw new Error('the fixture ends with a status');
    const data = {
      ...running.data,
      conditionChanged: false,
      host: null,
      agentId: null,
      message: 'x'.repeat(10_001),
    };
    const events = busEvents({ type: 'TaskStatusChanged', data });
    expect(events.map(({ type }) => type)).toEqual(['status_update_event']);
    const printed = JSON.parse(events[0]?.json ?? '') as { message: string; host: string; slaveId: string };
    expect([printed.message.length, printed.host, printed.slaveId]).toEqual([10_000, 'unknown', '']);
  });
});
