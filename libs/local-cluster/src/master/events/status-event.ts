import type { Event, TaskState, TaskStatus, TaskStatusReason } from '#mesos';
import type { Framework } from '../state/framework.js';
import { toldState, taskIdOf, type Task } from '../state/task.js';

/** What the master says about a task in an update of its own making. Such updates carry no uuid (C§16.1). */
export interface MasterVerdict {
  readonly taskId: string;
  readonly agentId: string | undefined;
  readonly state: TaskState;
  readonly reason: TaskStatusReason;
  readonly message: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

export function masterStatus(verdict: MasterVerdict): TaskStatus {
  return {
    task_id: { value: verdict.taskId },
    state: verdict.state,
    message: verdict.message,
    source: 'SOURCE_MASTER',
    reason: verdict.reason,
    ...(verdict.agentId === undefined ? {} : { agent_id: { value: verdict.agentId } }),
    timestamp: verdict.timestamp,
  };
}

export function updateEvent(status: TaskStatus): Event {
  return { type: 'UPDATE', update: { status } };
}

/**
 * The state last told to the framework, with health, check and container details of the last status (C§17.1): the
 * form of reconciliation answers and of updates about returned agents.
 */
export function latestStateStatus(
  task: Task,
  why: { reason: TaskStatusReason; message: string; timestamp: number },
): TaskStatus {
  const last = task.statuses.at(-1);
  const container = task.statuses.findLast((status) => status.container_status !== undefined);
  return {
    ...masterStatus({ ...why, taskId: taskIdOf(task), agentId: task.agentId, state: toldState(task) }),
    ...(last?.healthy === undefined ? {} : { healthy: last.healthy }),
    ...(last?.check_status === undefined ? {} : { check_status: last.check_status }),
    ...(container === undefined ? {} : { container_status: container.container_status }),
  };
}

/** Frameworks without PARTITION_AWARE know only TASK_LOST for the finer states (C§14). */
export function stateFor(framework: Framework, state: TaskState): TaskState {
  return framework.can('PARTITION_AWARE') || !PARTITION_STATES.has(state) ? state : 'TASK_LOST';
}

const PARTITION_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_UNREACHABLE',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);
