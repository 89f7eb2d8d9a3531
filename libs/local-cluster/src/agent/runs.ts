import type { FrameworkCapability, FrameworkInfo, IpAddress, TaskInfo, TaskState, TaskStatus } from '#mesos';
import type { AgentTask } from '../link/messages.js';
import type { CheckResult } from '../supervisor/protocol.js';
import type { RunId } from './layout.js';
import type { ContainerHandle } from './runner/runner.js';
import type { UpdateStream } from './updates/update-stream.js';

/** A framework with tasks on this agent, now or earlier. */
export class FrameworkRecord {
  /** By executor id, which is the task id of command tasks. */
  readonly runs = new Map<string, TaskRun>();
  /** Newest last; bounded by the agent. */
  readonly completed: TaskRun[] = [];
  /** The master said that it is gone: its tasks are ended and nobody wants to hear of them. */
  isRemoved = false;
  /** What `framework.info` holds. */
  checkpointed: string | undefined;

  constructor(public info: FrameworkInfo) {}

  get id(): string {
    return this.info.id?.value ?? '';
  }

  has(capability: FrameworkCapability): boolean {
    return this.info.capabilities?.some(({ type }) => type === capability) === true;
  }

  /** How "never started" is called towards this framework (C§14). */
  get droppedState(): TaskState {
    return this.has('PARTITION_AWARE') ? 'TASK_DROPPED' : 'TASK_LOST';
  }

  /** How "no longer known" is called towards this framework. */
  get goneState(): TaskState {
    return this.has('PARTITION_AWARE') ? 'TASK_GONE' : 'TASK_LOST';
  }
}

/**
 * Where a run stands: nothing started yet, in the runner's hands, over but the last update not yet on disk, over.
 */
export type RunPhase = 'preparing' | 'delivered' | 'ending' | 'ended';

/** One run of a command task: its executor, container and task in one, for they share their lives. */
export class TaskRun {
  phase: RunPhase = 'preparing';
  /** Ends the preparation of a task that is killed before it is delivered. */
  readonly preparation = new AbortController();
  handle: ContainerHandle | undefined;
  pid: number | undefined;
  isKilling = false;
  isOverdue = false;
  /** Memory it used when it was ended for using too much. */
  overusedBytes: number | undefined;
  /** Its health check ended it. */
  isUnhealthy = false;
  /** Latest results of its checks; absent until there are any. */
  healthy: boolean | undefined;
  checkResult: CheckResult | undefined;
  stream: UpdateStream | undefined;
  completedAtMs: number | undefined;
  /** Where the task is reached; absent until that is known. */
  addresses: readonly IpAddress[] | undefined;
  /** Newest of each state, oldest first. */
  private readonly statuses = new Map<TaskState, TaskStatus>();

  constructor(
    readonly framework: FrameworkRecord,
    /** Without `data`. */
    readonly task: TaskInfo,
    readonly id: RunId,
    /** Sandbox. */
    readonly directory: string,
  ) {}

  get taskId(): string {
    return this.task.task_id.value;
  }

  /** Whether its outcome is decided. */
  get isOver(): boolean {
    return this.phase === 'ending' || this.phase === 'ended';
  }

  get latestState(): TaskState {
    return this.stream?.latestState ?? 'TASK_STAGING';
  }

  remember(status: TaskStatus): void {
    this.addresses =
      status.container_status?.network_infos?.flatMap((info) => info.ip_addresses ?? []) ?? this.addresses;
    this.statuses.delete(status.state);
    this.statuses.set(status.state, status);
  }

  get history(): readonly TaskStatus[] {
    return [...this.statuses.values()];
  }

  /** As told to the master at re-registration. */
  describe(): AgentTask {
    return {
      frameworkId: this.framework.id,
      info: this.task,
      state: this.latestState,
      statusUpdateState: this.stream?.lastSent?.state,
      statusUpdateUuid: this.stream?.lastSent?.uuid,
      statuses: this.history,
    };
  }
}

/** All frameworks and runs of an agent. */
export class Runs {
  readonly frameworks = new Map<string, FrameworkRecord>();

  /** The record of a framework, made or brought up to date. */
  noteFramework(info: FrameworkInfo): FrameworkRecord {
    const known = this.frameworks.get(info.id?.value ?? '');
    if (known !== undefined) {
      known.info = info;
      return known;
    }
    const record = new FrameworkRecord(info);
    this.frameworks.set(record.id, record);
    return record;
  }

  find(frameworkId: string, executorId: string): TaskRun | undefined {
    return this.frameworks.get(frameworkId)?.runs.get(executorId);
  }

  all(): TaskRun[] {
    return [...this.frameworks.values()].flatMap((framework) => [...framework.runs.values()]);
  }
}
