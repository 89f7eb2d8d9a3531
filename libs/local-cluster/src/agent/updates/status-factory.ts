import type { CheckStatusInfo, ContainerStatus, TaskState, TaskStatus, TaskStatusReason } from '#mesos';
import type { Clock } from '../../runtime/clock.js';
import type { Random } from '../../runtime/random.js';

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
  constructor(
    private readonly agentId: string,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  create(content: StatusContent): TaskStatus & { uuid: string } {
    const { taskId, state, message, source, reason, executorId } = content;
    const { healthy, checkStatus, containerStatus, limitation, data } = content;
    return {
      task_id: { value: taskId },
      state,
      ...(message === undefined ? {} : { message }),
      source,
      ...(reason === undefined ? {} : { reason }),
      ...(data === undefined ? {} : { data: Buffer.from(data).toString('base64') }),
      agent_id: { value: this.agentId },
      ...(executorId === undefined ? {} : { executor_id: { value: executorId } }),
      timestamp: this.clock.nowMs() / 1000,
      uuid: Buffer.from(this.random.uuid().replaceAll('-', ''), 'hex').toString('base64'),
      ...(healthy === undefined ? {} : { healthy }),
      ...(checkStatus === undefined ? {} : { check_status: checkStatus }),
      ...(containerStatus === undefined ? {} : { container_status: containerStatus }),
      ...(limitation === undefined ? {} : { limitation }),
    };
  }
}
