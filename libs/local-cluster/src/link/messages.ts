import type {
  AgentId,
  Attribute,
  DomainInfo,
  ExecutorInfo,
  FrameworkInfo,
  KillPolicy,
  Operation,
  OperationStatus,
  Resource,
  TaskInfo,
  TaskState,
  TaskStatus,
} from '#mesos';

/**
 * What master and agents say to each other (spec/local-cluster.md §7.0).
 *
 * Members in snake_case objects are Mesos messages and stay as the scheduler API spells them; everything else
 * is ours. Ids are plain strings here: the `{ value }` wrapping belongs to the HTTP surface. Messages are plain
 * data (JSON survives a round trip), so a link may carry them in memory or over a socket.
 */

/** Static description of an agent, as its operator configured it (`AgentInfo` of the reference). */
export interface AgentInfo {
  /** Absent until the first registration succeeded. */
  readonly id?: AgentId | undefined;
  readonly hostname: string;
  readonly port: number;
  /** Total, in the reservation-refinement format (C§19.1), without allocation info. */
  readonly resources: readonly Resource[];
  readonly attributes: readonly Attribute[];
  readonly domain?: DomainInfo | undefined;
}

/** Where the agent's own HTTP server answers, and the path prefix of its pages (`/slave(1)`). */
export interface AgentAddress {
  readonly ip: string;
  readonly port: number;
  readonly pathPrefix: string;
}

/** What an agent tells about itself at each (re-)registration. */
export interface AgentDescription {
  readonly info: AgentInfo;
  readonly address: AgentAddress;
  /** Reference version the agent claims, e.g. `1.12.0`. */
  readonly version: string;
  /** Names of §7.4, e.g. `MULTI_ROLE`. */
  readonly capabilities: readonly string[];
  /** Changes whenever the agent's total resources change otherwise than by a master's operation. */
  readonly resourceVersion: string;
  /** Dynamic reservations and volumes the agent has on disk (replaces the unreserved share they came from). */
  readonly checkpointedResources: readonly Resource[];
}

/** A task as its agent remembers it, terminal but unacknowledged ones included. */
export interface AgentTask {
  readonly frameworkId: string;
  /** Without `data`. */
  readonly info: TaskInfo;
  /** Newest state the agent knows, which may be ahead of what the framework has been told. */
  readonly state: TaskState;
  /** State and uuid (base64) of the newest update that was sent to the framework, acknowledged or not. */
  readonly statusUpdateState?: TaskState | undefined;
  readonly statusUpdateUuid?: string | undefined;
  /** Newest status of each state, oldest first. */
  readonly statuses: readonly TaskStatus[];
}

/** A default or custom executor that runs on an agent. Per-task command executors are not told. */
export interface AgentExecutor {
  readonly frameworkId: string;
  readonly info: ExecutorInfo;
}

/** An operation of an agent whose feedback is not yet acknowledged. */
export interface AgentOperation {
  readonly frameworkId: string;
  readonly operation: Operation;
  readonly latestStatus: OperationStatus;
}

/** One status update on its way to a framework. `status.uuid` is set: every agent update wants an acknowledgement. */
export interface StatusUpdate {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly status: TaskStatus;
}

/** First contact: the agent has no id yet. */
export interface RegisterMessage {
  readonly type: 'register';
  readonly agent: AgentDescription;
}

/** The agent knows its id (`agent.info.id`); `tasks` are all its non-completed tasks. */
export interface ReregisterMessage {
  readonly type: 'reregister';
  readonly agent: AgentDescription;
  readonly tasks: readonly AgentTask[];
  readonly executors: readonly AgentExecutor[];
  readonly frameworks: readonly FrameworkInfo[];
  readonly operations: readonly AgentOperation[];
}

/** The agent's total changed while registered. */
export interface UpdateAgentMessage {
  readonly type: 'update_agent';
  readonly agentId: string;
  readonly resources: readonly Resource[];
  readonly resourceVersion: string;
  readonly operations: readonly AgentOperation[];
}

/** Head of a task's update stream; `latestState` is the state of the newest queued update (§21). */
export interface StatusUpdateMessage {
  readonly type: 'status_update';
  readonly update: StatusUpdate;
  readonly latestState: TaskState;
}

/** Feedback of an operation. */
export interface OperationUpdateMessage {
  readonly type: 'operation_update';
  readonly agentId: string;
  readonly frameworkId: string;
  readonly operationId: string;
  readonly status: OperationStatus;
}

/** A default or custom executor ended. `status` is the raw wait status, absent when unknown (C§10.4). */
export interface ExitedExecutorMessage {
  readonly type: 'exited_executor';
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly status?: number | undefined;
}

/** Bytes of a custom executor to its framework; `data` is base64. */
export interface ExecutorMessage {
  readonly type: 'executor_message';
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly data: string;
}

/** The agent leaves for good: its executors are shut down, it will not come back under this id. */
export interface UnregisterMessage {
  readonly type: 'unregister';
  readonly agentId: string;
}

/** Answer to a ping. */
export interface PongMessage {
  readonly type: 'pong';
}

/** Everything an agent sends. */
export type AgentToMasterMessage =
  | RegisterMessage
  | ReregisterMessage
  | UpdateAgentMessage
  | StatusUpdateMessage
  | OperationUpdateMessage
  | ExitedExecutorMessage
  | ExecutorMessage
  | UnregisterMessage
  | PongMessage;

/** First registration accepted; the agent checkpoints `agentId`. */
export interface RegisteredMessage {
  readonly type: 'registered';
  readonly agentId: string;
  readonly masterId: string;
  /** Without a ping for this long (plus a margin) the agent registers anew by itself (§7.1). */
  readonly totalPingTimeoutMs: number;
}

/** Tasks of one framework that the master expects on the agent but the agent did not report. */
export interface TasksToReconcile {
  readonly framework: FrameworkInfo;
  readonly taskIds: readonly string[];
}

/** Re-registration accepted; the agent answers `reconcile` with TASK_DROPPED / TASK_LOST updates (§7.1). */
export interface ReregisteredMessage {
  readonly type: 'reregistered';
  readonly agentId: string;
  readonly masterId: string;
  readonly totalPingTimeoutMs: number;
  readonly reconcile: readonly TasksToReconcile[];
}

/** `connected: false` tells an agent that the master takes it for disconnected: it must re-register. */
export interface PingMessage {
  readonly type: 'ping';
  readonly connected: boolean;
}

/** Start one task. `framework.id` is set. */
export interface RunTaskMessage {
  readonly type: 'run_task';
  readonly framework: FrameworkInfo;
  readonly task: TaskInfo;
  /** Resource version the master based the launch on; differs from the agent's → TASK_DROPPED (§8.2). */
  readonly resourceVersion: string;
  /** Whether the master charged the executor's resources with this launch (§6.2). Always true for command tasks. */
  readonly launchExecutor: boolean;
}

/** Start a task group under a default executor; all or nothing. */
export interface RunTaskGroupMessage {
  readonly type: 'run_task_group';
  readonly framework: FrameworkInfo;
  readonly executor: ExecutorInfo;
  readonly tasks: readonly TaskInfo[];
  readonly resourceVersion: string;
  readonly launchExecutor: boolean;
}

/** Kill one task. `killPolicy` overrides the one of the TaskInfo (§13.1). */
export interface KillTaskMessage {
  readonly type: 'kill_task';
  readonly frameworkId: string;
  readonly taskId: string;
  readonly killPolicy?: KillPolicy | undefined;
}

/** Stop an executor and all its tasks. */
export interface ShutdownExecutorMessage {
  readonly type: 'shutdown_executor';
  readonly frameworkId: string;
  readonly executorId: string;
}

/** The framework is gone: kill its executors, drop its update streams (§13.3, §21). */
export interface ShutdownFrameworkMessage {
  readonly type: 'shutdown_framework';
  readonly frameworkId: string;
}

/** Change the agent's checkpointed resources (§6.3). */
export interface ApplyOperationMessage {
  readonly type: 'apply_operation';
  readonly framework: FrameworkInfo;
  readonly operation: Operation;
  readonly resourceVersion: string;
}

/** The framework acknowledged the update with this uuid (base64). */
export interface AcknowledgeStatusMessage {
  readonly type: 'ack_status';
  readonly frameworkId: string;
  readonly taskId: string;
  readonly uuid: string;
}

/** The framework acknowledged an operation update. */
export interface AcknowledgeOperationMessage {
  readonly type: 'ack_operation';
  readonly frameworkId: string;
  readonly operationId: string;
  readonly uuid: string;
}

/** The framework (re)subscribed or changed its info: keep it, and resend all heads of its streams at once (§21). */
export interface UpdateFrameworkMessage {
  readonly type: 'update_framework';
  readonly framework: FrameworkInfo;
}

/** Bytes of a framework to an executor; `data` is base64. */
export interface FrameworkMessage {
  readonly type: 'framework_message';
  readonly frameworkId: string;
  readonly executorId: string;
  readonly data: string;
}

/** Drain the agent: kill its tasks within the bound, take no new ones. */
export interface DrainMessage {
  readonly type: 'drain';
  readonly maxGracePeriodMs?: number | undefined;
  readonly markGone: boolean;
}

/** The master refuses this agent, or it was marked gone: kill everything and do not come back under this id. */
export interface ShutdownMessage {
  readonly type: 'shutdown';
  readonly message: string;
}

/** Everything the master sends. */
export type MasterToAgentMessage =
  | RegisteredMessage
  | ReregisteredMessage
  | PingMessage
  | RunTaskMessage
  | RunTaskGroupMessage
  | KillTaskMessage
  | ShutdownExecutorMessage
  | ShutdownFrameworkMessage
  | ApplyOperationMessage
  | AcknowledgeStatusMessage
  | AcknowledgeOperationMessage
  | UpdateFrameworkMessage
  | FrameworkMessage
  | DrainMessage
  | ShutdownMessage;
