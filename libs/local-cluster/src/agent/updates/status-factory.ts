import type {
  AgentId,
  CheckStatusInfo,
  ContainerStatus,
  ExecutorId,
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
    const { executorId, containerStatus } = content;
    // The executor of a command task has the name of its task.
    const executor_id = executorId === taskId.value ? taskId : idOf(executorId);
    if (executor_id === undefined || containerStatus === undefined || !isBare(content)) {
      return this.inFull(content, taskId, executor_id);
    }
    return this.bare(content, { taskId, executorId: executor_id, containerStatus });
  }

  /** Of a container of which there is nothing to say but its state: as most statuses are. */
  bare(
    { state, source }: Pick<StatusContent, 'state' | 'source'>,
    of: { taskId: TaskId; executorId: ExecutorId; containerStatus: ContainerStatus },
  ): AgentStatus {
    // One literal, so that the statuses of a million tasks take no more room than they need.
    return {
      task_id: of.taskId,
      state,
      source,
      agent_id: this.agentId,
      executor_id: of.executorId,
      timestamp: this.clock.nowMs() / 1000,
      uuid: this.random.uuidBytes(),
      container_status: of.containerStatus,
    };
  }

  private inFull(content: StatusContent, taskId: TaskId, executorId: ExecutorId | undefined): AgentStatus {
    const { message, reason, data, healthy, checkStatus, containerStatus, limitation } = content;
    const status = { task_id: taskId, state: content.state } as AgentStatus;
    if (message !== undefined) status.message = message;
    status.source = content.source;
    if (reason !== undefined) status.reason = reason;
    if (data !== undefined) status.data = Buffer.from(data).toString('base64');
    status.agent_id = this.agentId;
    if (executorId !== undefined) status.executor_id = executorId;
    status.timestamp = this.clock.nowMs() / 1000;
    status.uuid = this.random.uuidBytes();
    if (healthy !== undefined) status.healthy = healthy;
    if (checkStatus !== undefined) status.check_status = checkStatus;
    if (containerStatus !== undefined) status.container_status = containerStatus;
    if (limitation !== undefined) status.limitation = limitation;
    return status;
  }
}

/** Nothing but a state of a container that runs, as most statuses are. */
function isBare({ message, reason, data, healthy, checkStatus, limitation }: StatusContent): boolean {
  return (
    (message ?? reason ?? data ?? healthy) === undefined &&
    checkStatus === undefined &&
    limitation === undefined
  );
}

function idOf(value: string | undefined): ExecutorId | undefined {
  return value === undefined ? undefined : { value };
}
