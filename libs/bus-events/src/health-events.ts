import { formatTimestamp, type EventData, type HealthCheck, type InstanceRef, type Timestamp } from '#domain';
import { busEvent, type BusEvent } from './bus-event.js';

/** The checks of a version were registered: one event for each (`spec/operations.md` §3.4). */
export function healthChecksAdded(
  { appId, version, healthChecks }: EventData['HealthChecksAdded'],
  timestamp: string,
): readonly BusEvent[] {
  return healthChecks.map((healthCheck: HealthCheck) =>
    busEvent('add_health_check_event', timestamp, [appId], { appId, version, healthCheck }),
  );
}

/** The checks of a version ended: one event for each. */
export function healthChecksRemoved(
  { appId, healthChecks }: EventData['HealthChecksRemoved'],
  timestamp: string,
): readonly BusEvent[] {
  return healthChecks.map(() => busEvent('remove_health_check_event', timestamp, [appId], { appId }));
}

/** A check passed for the first time, or again. */
export function checkPassed(data: EventData['HealthCheckPassed'], timestamp: string): readonly BusEvent[] {
  return [checkFlipped(data, true, timestamp), ...aggregateChanged(data, timestamp)];
}

/** A check failed; `taskId` of its event holds the id of the instance, as it always did. */
export function checkFailed(data: EventData['HealthCheckFailed'], timestamp: string): readonly BusEvent[] {
  const { appId, instanceId, healthCheck, aliveChanged } = data;
  return [
    busEvent('failed_health_check_event', timestamp, [appId], { appId, taskId: instanceId, healthCheck }),
    ...(aliveChanged ? [checkFlipped(data, false, timestamp)] : []),
    ...aggregateChanged(data, timestamp),
  ];
}

/** A task is killed for its health; the event bears the time of the failure before the last one. */
export function unhealthyKill({
  appId,
  taskId,
  instanceId,
  version,
  unhealthy,
}: EventData['InstanceKillRequested']): readonly BusEvent[] {
  if (unhealthy === undefined) return [];
  const { cause: reason, host, agentId, lastFailureMs } = unhealthy;
  return [
    busEvent('unhealthy_instance_kill_event', formatTimestamp(lastFailureMs), [appId], {
      appId,
      taskId,
      instanceId,
      version,
      reason,
      host: host ?? 'unknown',
      ...(agentId === null ? {} : { slaveId: agentId }),
    }),
  ];
}

/** The health of an instance as a whole became another; `null`: it is not known (any more). */
export function instanceHealthChanged(
  { instanceId, appId, version }: InstanceRef,
  healthy: boolean | null,
  timestamp: Timestamp,
): BusEvent {
  return busEvent('instance_health_changed_event', timestamp, [appId], {
    instanceId,
    runSpecId: appId,
    healthy,
    runSpecVersion: version,
  });
}

function checkFlipped(
  { appId, instanceId, taskId, version }: EventData['HealthCheckPassed'],
  alive: boolean,
  timestamp: string,
): BusEvent {
  const fields = { appId, instanceId, taskId, version, alive };
  return busEvent('health_status_changed_event', timestamp, [appId], fields);
}

function aggregateChanged(data: EventData['HealthCheckPassed'], timestamp: string): readonly BusEvent[] {
  return data.healthyChanged ? [instanceHealthChanged(data, data.healthy, timestamp)] : [];
}
