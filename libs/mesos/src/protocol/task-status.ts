import type { ContainerStatus } from './container.js';
import type { AgentId, Base64, ExecutorId, Labels, OpenEnum, TaskId, TimeInfo } from './primitives.js';
import type { Resource } from './resource.js';

/** `spec/mesos-client.md §14`. */
export const TASK_STATES = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
] as const;

export type TaskState = (typeof TASK_STATES)[number];

/**
 * States after which no executor runs the task any more (`§14`, column "Terminal"). TASK_LOST and
 * TASK_GONE_BY_OPERATOR count, although a later update may still prove them wrong.
 */
export const TERMINAL_TASK_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
]);

export type TaskStatusSource = OpenEnum<'SOURCE_MASTER' | 'SOURCE_AGENT' | 'SOURCE_EXECUTOR'>;

/** `spec/mesos-client.md §15`; spellings of the v1 API. */
export type TaskStatusReason = OpenEnum<
  | 'REASON_AGENT_DISCONNECTED'
  | 'REASON_AGENT_DRAINING'
  | 'REASON_AGENT_REMOVED'
  | 'REASON_AGENT_REMOVED_BY_OPERATOR'
  | 'REASON_AGENT_REREGISTERED'
  | 'REASON_AGENT_RESTARTED'
  | 'REASON_AGENT_UNKNOWN'
  | 'REASON_COMMAND_EXECUTOR_FAILED'
  | 'REASON_CONTAINER_LAUNCH_FAILED'
  | 'REASON_CONTAINER_LIMITATION'
  | 'REASON_CONTAINER_LIMITATION_DISK'
  | 'REASON_CONTAINER_LIMITATION_MEMORY'
  | 'REASON_CONTAINER_PREEMPTED'
  | 'REASON_CONTAINER_UPDATE_FAILED'
  | 'REASON_EXECUTOR_REGISTRATION_TIMEOUT'
  | 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT'
  | 'REASON_EXECUTOR_TERMINATED'
  | 'REASON_EXECUTOR_UNREGISTERED'
  | 'REASON_FRAMEWORK_REMOVED'
  | 'REASON_GC_ERROR'
  | 'REASON_INVALID_FRAMEWORKID'
  | 'REASON_INVALID_OFFERS'
  | 'REASON_IO_SWITCHBOARD_EXITED'
  | 'REASON_MASTER_DISCONNECTED'
  | 'REASON_MAX_COMPLETION_TIME_REACHED'
  | 'REASON_RECONCILIATION'
  | 'REASON_RESOURCES_UNKNOWN'
  | 'REASON_TASK_CHECK_STATUS_UPDATED'
  | 'REASON_TASK_GROUP_INVALID'
  | 'REASON_TASK_GROUP_UNAUTHORIZED'
  | 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'
  | 'REASON_TASK_INVALID'
  | 'REASON_TASK_KILLED_DURING_LAUNCH'
  | 'REASON_TASK_UNAUTHORIZED'
  | 'REASON_TASK_UNKNOWN'
>;

/** Present but without a result before the first check, and when a check could not be performed. */
export interface CheckStatusInfo {
  type?: 'COMMAND' | 'HTTP' | 'TCP';
  command?: { exit_code?: number };
  http?: { status_code?: number };
  tcp?: { succeeded?: boolean };
}

/** `spec/mesos-client.md §10.2`. */
export interface TaskStatus {
  task_id: TaskId;
  state: TaskState;
  message?: string;
  source?: TaskStatusSource;
  reason?: TaskStatusReason;
  data?: Base64;
  agent_id?: AgentId;
  executor_id?: ExecutorId;
  /** Seconds since the epoch on the sender's clock; never use it to order updates of different sources (`§16.5`). */
  timestamp?: number;
  /** 16 bytes. Only on updates that need an acknowledgement (`§16.1`). */
  uuid?: Base64;
  healthy?: boolean;
  check_status?: CheckStatusInfo;
  labels?: Labels;
  container_status?: ContainerStatus;
  unreachable_time?: TimeInfo;
  limitation?: { resources?: readonly Resource[] };
}

/** Whether an ACKNOWLEDGE must follow this update (`spec/mesos-client.md §16.1`); narrows to the parts it needs. */
export function needsAcknowledgement(
  status: TaskStatus,
): status is TaskStatus & { uuid: Base64; agent_id: AgentId } {
  return Boolean(status.uuid) && status.agent_id !== undefined;
}
