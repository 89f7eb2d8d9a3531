import type {
  AgentId,
  CheckStatusInfo,
  ContainerStatus,
  TaskId,
  TaskState,
  TaskStatus,
  TaskStatusReason,
} from '#mesos';
import type { Clock } from '../../runtime/clock.js';
import type { Random } from '../../runtime/random.js';
import type { AgentStatus } from './update-stream.js';

/** What makes one status differ from another. */
export interface StatusContent {
  readonly taskId: string;
  readonly state: TaskState;
  readonly source: 'SOURCE_AGENT' | 'SOURCE_EXECUTOR';
  readonly message?: string | undefined;
  readonly reason?: TaskStatusReason | undefined;
  readonly executorId?: string | undefined;
  readonly healthy?: boolean | undefined;
  readonly checkStatus?: CheckStatusInfo | undefined;
  readonly containerStatus?: ContainerStatus | undefined;
  readonly limitation?: TaskStatus['limitation'] | undefined;
  /** Text for the framework. */
  readonly data?: string | undefined;
}

/** Builds statuses of one agent in the shape of the reference: time stamp, fresh uuid, no empty members. */
export class StatusFactory {
  private readonly agentId: AgentId;

  constructor(
    agentId: string,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.agentId = { value: agentId };
  }

  /** `taskId`: the same as in the content, where there is an object for it already. */
  create(content: StatusContent, taskId: TaskId = { value: content.taskId }): AgentStatus {
    const { message, reason, data, executorId, healthy, checkStatus, containerStatus, limitation } = content;
    const status = this.basis(content, taskId);
    if (message !== undefined) status.message = message;
    if (reason !== undefined) status.reason = reason;
    if (data !== undefined) status.data = Buffer.from(data).toString('base64');
    if (executorId !== undefined && executorId !== taskId.value) status.executor_id = { value: executorId };
    if (healthy !== undefined) status.healthy = healthy;
    if (checkStatus !== undefined) status.check_status = checkStatus;
    if (containerStatus !== undefined) status.container_status = containerStatus;
    if (limitation !== undefined) status.limitation = limitation;
    return status;
  }

  /** What every status has; the executor of a command task has the name of its task. */
  private basis({ state, source, executorId }: StatusContent, taskId: TaskId): AgentStatus {
    const timestamp = this.clock.nowMs() / 1000;
    const uuid = this.random.uuidBytes();
    const { agentId } = this;
    return executorId === taskId.value
      ? { task_id: taskId, state, source, agent_id: agentId, executor_id: taskId, timestamp, uuid }
      : { task_id: taskId, state, source, agent_id: agentId, timestamp, uuid };
  }
}
