import { TERMINAL_TASK_STATES, type Resource, type TaskInfo, type TaskState, type TaskStatus } from '#mesos';

/** A task in the master's table (spec/local-cluster.md §4.7). */
export interface Task {
  readonly frameworkId: string;
  readonly agentId: string;
  /** What is kept of it, see `TaskParts`. */
  readonly info: TaskInfo;
  /** Role its resources are allocated to. */
  readonly role: string;
  /** Newest state known, which may be ahead of what the framework was told. */
  state: TaskState;
  /** State and uuid of the last update that was sent to the framework. */
  statusUpdateState: TaskState | undefined;
  statusUpdateUuid: string | undefined;
  /** Newest of each state, oldest first. */
  statuses: TaskStatus[];
  /** Resources still charged, without allocation; undefined once given back. */
  charged: readonly Resource[] | undefined;
}

export function taskIdOf(task: Task): string {
  return task.info.task_id.value;
}

export function isTerminal(state: TaskState): boolean {
  return TERMINAL_TASK_STATES.has(state);
}

/**
 * The state a framework believes in: the one last sent to it, else the one the master knows (C§17.1). Only an end is
 * not told ahead of its own update, which alone carries the reason: before that the task is what it was when the
 * framework launched it.
 */
export function toldState(task: Task): TaskState {
  return task.statusUpdateState ?? (isTerminal(task.state) ? 'TASK_STAGING' : task.state);
}

/** The same without what only its framework understands, which can be large. */
export function withoutData<Kind extends { data?: string }>(message: Kind): Kind {
  if (message.data === undefined) return message;
  const { data: _data, ...kept } = message;
  return kept as Kind;
}

/** Keeps the newest status of each state: what `/state` shows, and what reconciliation copies details from. */
export function rememberStatus(task: Task, status: TaskStatus): void {
  const kept = withoutData(status);
  const { statuses } = task;
  const place = statuses.findIndex((other) => other.state === status.state);
  if (place >= 0) statuses.splice(place, 1);
  statuses.push(kept);
}
