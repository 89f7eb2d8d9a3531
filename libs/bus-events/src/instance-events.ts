import type { Condition, EventData, InstanceRef, TaskStatusChange, Whereabouts } from '#domain';
import { busEvent, type BusEvent } from './bus-event.js';
import { instanceHealthChanged } from './health-events.js';

/** Longest message of a status update, in characters (`spec/operations.md` §3.3). */
const MESSAGE_LIMIT = 10_000;

/** A task got an offer: announced like a first status, which Mesos has not sent yet (`spec/rest-api.md` §14.2). */
export function provisioned(data: EventData['InstanceProvisioned'], timestamp: string): readonly BusEvent[] {
  const { host, agentId } = data.agent;
  const status = busEvent('status_update_event', timestamp, [data.appId], {
    slaveId: '',
    taskId: data.taskId,
    taskStatus: 'TASK_STAGING',
    message: '',
    appId: data.appId,
    host,
    ipAddresses: [],
    ports: data.hostPorts,
    version: data.version,
  });
  return [status, instanceChanged(data, 'Provisioned', { agentId, host }, timestamp)];
}

/** A status of Mesos; the changes of the instance and of its health follow its status update (§4.3 E2). */
export function statusChanged(data: TaskStatusChange, timestamp: string): readonly BusEvent[] {
  const status = busEvent('status_update_event', timestamp, [data.appId], {
    slaveId: data.agentId ?? '',
    taskId: data.taskId,
    taskStatus: data.state,
    message: data.message.slice(0, MESSAGE_LIMIT),
    appId: data.appId,
    host: data.host ?? 'unknown',
    ipAddresses: data.ipAddresses,
    ports: data.hostPorts,
    version: data.version,
  });
  const healthy = data.condition === 'Running' ? (data.healthy ?? null) : null;
  return [
    status,
    ...(data.conditionChanged ? [instanceChanged(data, data.condition, data, timestamp)] : []),
    ...(data.healthyChanged === true ? [instanceHealthChanged(data, healthy, timestamp)] : []),
  ];
}

/** The record of an instance is gone; a health that was known is told once more (§3.3). */
export function expunged(data: EventData['InstanceExpunged'], timestamp: string): readonly BusEvent[] {
  const changed = instanceChanged(data, data.condition, data, timestamp);
  return data.healthy === undefined
    ? [changed]
    : [changed, instanceHealthChanged(data, data.healthy, timestamp)];
}

/** The condition or goal of an instance changed. */
export function instanceChanged(
  { instanceId, appId, version }: InstanceRef,
  condition: Condition,
  { agentId, host }: Whereabouts,
  timestamp: string,
): BusEvent {
  return busEvent('instance_changed_event', timestamp, [appId], {
    instanceId,
    condition,
    runSpecId: appId,
    agentId,
    host,
    runSpecVersion: version,
  });
}
