import type { MesosTaskState } from '../cluster/mesos-shapes.js';
import type { EventData, TaskStatusChange } from '../events/domain-event.js';
import { formatTimestamp } from '../time/timestamp.js';
import type { TaskFailure } from './state.js';

const FAILURES: ReadonlySet<MesosTaskState> = new Set<MesosTaskState>([
  'TASK_FAILED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

/** The failure that a status stands for, if it stands for one (`spec/operations.md` §18.4). `timeMs`: of its event. */
export function failureOf(change: TaskStatusChange, timeMs: number): TaskFailure | undefined {
  if (!FAILURES.has(change.state)) return undefined;
  return {
    appId: change.appId,
    host: change.host ?? 'unknown',
    message: change.message,
    state: change.state,
    taskId: change.taskId,
    timestamp: formatTimestamp(timeMs),
    version: change.version,
    ...(change.agentId === null ? {} : { slaveId: change.agentId }),
  };
}

/** A kill for failed health checks counts as a failure too (`spec/operations.md` §18.4). */
export function unhealthyFailureOf({
  appId,
  version,
  taskId,
  unhealthy,
}: EventData['InstanceKillRequested']): TaskFailure | undefined {
  if (unhealthy === undefined) return undefined;
  const { host, agentId, cause, lastFailureMs } = unhealthy;
  return {
    appId,
    host: host ?? 'unknown',
    message: `Task was killed since health check failed. Reason: ${cause}`,
    state: 'TASK_KILLED',
    taskId,
    timestamp: formatTimestamp(lastFailureMs),
    version,
    ...(agentId === null ? {} : { slaveId: agentId }),
  };
}
