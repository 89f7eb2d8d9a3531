import type { DomainEvent, HealthCheck, HealthCheckOutcome } from '#domain';
import { describe, expect, it } from 'vitest';
import {
  appDefinition,
  instanceId,
  launchEvents,
  storedEvents,
  VERSION,
  VERSION_MS,
} from '../../../test/support/domain-objects.js';
import { busEventsOf } from './bus-events-of.js';

const app = appDefinition();
const id = instanceId(app.id, 1);
const taskId = `${id}._app.1`;
const ref = { instanceId: id, appId: app.id, version: VERSION };
const healthCheck: HealthCheck = {
  protocol: 'HTTP',
  path: '/health',
  portIndex: 0,
  ignoreHttp1xx: false,
  ipProtocol: 'IPv4',
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
};
const outcome: HealthCheckOutcome = { ...ref, taskId, check: 0, healthy: true, healthyChanged: false };
const failure = { ...outcome, healthy: false, healthCheck, cause: 'x', consecutiveFailures: 1 };
const flipped = { appId: '/foo', instanceId: id, taskId, version: VERSION };
const failed = ['failed_health_check_event', { appId: '/foo', taskId: id, healthCheck }] as const;
const ofInstance = (healthy: boolean | null) =>
  [
    'instance_health_changed_event',
    { instanceId: id, runSpecId: '/foo', healthy, runSpecVersion: VERSION },
  ] as const;
const running = launchEvents(app)[2] as DomainEvent & { type: 'TaskStatusChanged' };

type Told = readonly (readonly [type: string, fields: object])[];

describe('events about health (spec/operations.md §3.3, §3.4)', () => {
  it.each<[DomainEvent, Told]>([
    [
      { type: 'HealthChecksAdded', data: { appId: '/foo', version: VERSION, healthChecks: [healthCheck] } },
      [['add_health_check_event', { appId: '/foo', version: VERSION, healthCheck }]],
    ],
    [
      { type: 'HealthChecksRemoved', data: { appId: '/foo', version: VERSION, healthChecks: [healthCheck] } },
      [['remove_health_check_event', { appId: '/foo' }]],
    ],
    [
      { type: 'HealthCheckPassed', data: outcome },
      [['health_status_changed_event', { ...flipped, alive: true }]],
    ],
    [
      { type: 'HealthCheckPassed', data: { ...outcome, healthyChanged: true } },
      [['health_status_changed_event', { ...flipped, alive: true }], ofInstance(true)],
    ],
    [{ type: 'HealthCheckFailed', data: { ...failure, aliveChanged: false } }, [failed]],
    [
      { type: 'HealthCheckFailed', data: { ...failure, aliveChanged: true, healthyChanged: true } },
      [failed, ['health_status_changed_event', { ...flipped, alive: false }], ofInstance(false)],
    ],
    [{ type: 'ReadinessChecked', data: { ...ref, readiness: { name: 'r', taskId, ready: true } } }, []],
  ])('$type %#', (event, expected) => {
    expect(told(event)).toEqual(
      expected.map(([type, fields]) => [type, { ...fields, eventType: type, timestamp: VERSION }]),
    );
  });

  it.each([
    ['agent-S0', { slaveId: 'agent-S0' }],
    [null, {}],
  ])('an unhealthy kill bears the time of the failure before, agent %s', (agentId, more) => {
    const unhealthy = { cause: '503 Sick', lastFailureMs: VERSION_MS - 5000, host: 'agent1', agentId };
    const data = { ...ref, taskId, reason: 'Unhealthy' as const, unhealthy };
    const type = 'unhealthy_instance_kill_event';
    const fields = { ...flipped, reason: '503 Sick', host: 'agent1', ...more };
    expect(told({ type: 'InstanceKillRequested', data })).toEqual([
      [type, { ...fields, eventType: type, timestamp: '2020-05-04T09:59:55.000Z' }],
    ]);
  });

  it.each([
    [{ healthy: true, healthyChanged: true }, [true]],
    [{ healthy: false, healthyChanged: true }, [false]],
    [{ healthyChanged: true, condition: 'Killed', healthy: false }, [null]],
    [{ healthy: true }, []],
  ] as const)('a status of Mesos with %j', (changes, healths) => {
    const [status, changed, ...others] = told({
      type: 'TaskStatusChanged',
      data: { ...running.data, ...changes },
    });
    expect([status?.[0], changed?.[0]]).toEqual(['status_update_event', 'instance_changed_event']);
    const expected = healths.map((healthy) => ['instance_health_changed_event', { healthy }]);
    expect(others).toMatchObject(expected);
  });

  it('tells of a known health once more when the record goes', () => {
    const data = { ...ref, host: 'agent1', agentId: null, condition: 'Killed' as const, healthy: false };
    const events = told({ type: 'InstanceExpunged', data });
    expect(events.map(([type]) => type)).toEqual(['instance_changed_event', 'instance_health_changed_event']);
  });
});

function told(event: DomainEvent): (readonly [type: string, fields: object])[] {
  return storedEvents([event])
    .flatMap((stored) => busEventsOf(stored))
    .map(({ type, json }) => [type, JSON.parse(json) as object]);
}
