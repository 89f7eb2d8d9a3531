import type { FrameworkInfo, TaskState, TaskStatusReason } from '#mesos';
import type {
  KillTaskMessage,
  RunTaskGroupMessage,
  RunTaskMessage,
  TasksToReconcile,
} from '../link/messages.js';
import type { Clock } from '../runtime/clock.js';
import type { Random } from '../runtime/random.js';
import type { AgentOptions } from './agent-options.js';
import type { DrainConfig, Draining } from './draining.js';
import { toMs } from './duration.js';
import { defaultKillGraceMs, killGraceMsOf } from './kill-grace.js';
import type { AgentLayout } from './layout.js';
import { FrameworkRecord, TaskRun, type Runs } from './runs.js';
import type { TaskLauncher } from './task-launcher.js';
import type { StatusFactory } from './updates/status-factory.js';
import type { StatusUpdateManager } from './updates/status-update-manager.js';

/** What carrying out the master's wishes needs. */
export interface TaskCommandsDependencies {
  readonly options: AgentOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly layout: AgentLayout;
  readonly runs: Runs;
  readonly launcher: TaskLauncher;
  readonly updates: StatusUpdateManager;
  readonly statuses: () => StatusFactory;
  readonly agentId: () => string;
  readonly resourceVersion: string;
  readonly draining: Draining;
  /** Takes a run that is over out of the books. */
  readonly complete: (run: TaskRun) => void;
}

/** A shut-down executor keeps this much of its grace period for itself (§13.3). */
const executorReserveMs = 2_000;

/** What the master asks for about tasks: run, kill, shut down, explain (spec/local-cluster.md §8, §13, §22). */
export class TaskCommands {
  constructor(private readonly dependencies: TaskCommandsDependencies) {}

  /** Starts a task, or answers why it was dropped before anything was made of it. */
  runTask(message: RunTaskMessage): void {
    const { runs, layout, random, launcher } = this.dependencies;
    const framework = runs.noteFramework(message.framework);
    if (framework.isRemoved) return;
    const refusal = this.dropReason(message, framework);
    const taskId = message.task.task_id.value;
    if (refusal !== undefined) {
      this.drop(framework, taskId, refusal);
      return;
    }
    const { data: _data, ...task } = message.task;
    const id = {
      agentId: this.dependencies.agentId(),
      frameworkId: framework.id,
      executorId: taskId,
      containerId: random.uuid(),
    };
    const run = new TaskRun(framework, task, id, layout.sandbox(id));
    framework.runs.set(taskId, run);
    void launcher.launch(run);
  }

  /** Task groups need the default executor, which this agent does not have: each task is told so. */
  refuseGroup(message: RunTaskGroupMessage): void {
    const framework = this.dependencies.runs.noteFramework(message.framework);
    for (const task of message.tasks) {
      this.answer(framework, task.task_id.value, {
        state: 'TASK_FAILED',
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: 'Failed to launch container: task groups are not available on this agent',
      });
    }
  }

  killTask({ frameworkId, taskId, killPolicy }: KillTaskMessage): void {
    const framework = this.dependencies.runs.frameworks.get(frameworkId);
    if (framework === undefined) return;
    const run = framework.runs.get(taskId);
    if (run === undefined) {
      this.drop(framework, taskId, {
        reason: 'REASON_EXECUTOR_TERMINATED',
        message: 'Cannot find executor',
      });
      return;
    }
    const grace = killPolicy?.grace_period;
    this.end(run, grace === undefined ? killGraceMsOf(run.task, this.dependencies.options) : toMs(grace));
  }

  /** Ends a run politely within its own grace period. */
  stop(run: TaskRun): void {
    this.end(run, killGraceMsOf(run.task, this.dependencies.options));
  }

  /** Ends all runs, each within its own grace period or the operator's, whichever is shorter. */
  async drain(config: DrainConfig): Promise<void> {
    const { draining, runs } = this.dependencies;
    await draining.begin(config);
    for (const run of runs.all()) {
      const grace = run.task.kill_policy?.grace_period;
      this.end(run, draining.boundGrace(grace === undefined ? defaultKillGraceMs : toMs(grace)));
    }
  }

  /** Longest time `stop` gives any of the runs. */
  longestGraceMs(runs: readonly TaskRun[]): number {
    return Math.max(0, ...runs.map((run) => killGraceMsOf(run.task, this.dependencies.options)));
  }

  /** Kills within the executor's grace period, whatever the task's kill policy says (§13.3). */
  shutdownExecutor(run: TaskRun): void {
    const { options, clock } = this.dependencies;
    const periodMs = options.executorShutdownGracePeriodMs;
    this.end(run, Math.max(0, periodMs - executorReserveMs));
    clock.schedule(periodMs, () => run.handle?.destroy());
  }

  /** The framework is gone: its tasks end, its updates have nowhere to go. */
  shutdownFramework(frameworkId: string): void {
    const { runs, updates, complete } = this.dependencies;
    const framework = runs.frameworks.get(frameworkId);
    if (framework === undefined) return;
    framework.isRemoved = true;
    updates.removeFramework(frameworkId);
    for (const run of framework.runs.values()) {
      if (run.phase === 'ended') complete(run);
      else this.shutdownExecutor(run);
    }
  }

  /** The master expects tasks that this agent may not have (C§22). */
  reconcile({ framework: info, taskIds }: TasksToReconcile): void {
    const framework = this.dependencies.runs.noteFramework(info);
    for (const taskId of taskIds) {
      if (framework.runs.has(taskId)) continue;
      this.drop(framework, taskId, {
        reason: 'REASON_RECONCILIATION',
        message: 'Reconciliation: task unknown to the agent',
      });
    }
  }

  private end(run: TaskRun, graceMs: number): void {
    if (run.phase === 'preparing') run.preparation.abort();
    else if (run.phase === 'delivered') run.handle?.kill(graceMs);
  }

  private dropReason(
    message: RunTaskMessage,
    framework: FrameworkRecord,
  ): { reason: TaskStatusReason; message: string } | undefined {
    if (framework.runs.has(message.task.task_id.value)) {
      const text = 'Cannot reuse an already existing executor for a command task';
      return { reason: 'REASON_TASK_INVALID', message: text };
    }
    if (this.dependencies.draining.isActive) {
      const text = 'Task was received while agent was already draining';
      return { reason: 'REASON_AGENT_DRAINING', message: text };
    }
    if (message.resourceVersion !== this.dependencies.resourceVersion) {
      return { reason: 'REASON_INVALID_OFFERS', message: 'Task assumes outdated resource state' };
    }
    // Reservations made at run time and volumes are checkpointed by the agent that applied them; there are none.
    const isUnknown = message.task.resources?.some(
      ({ disk, reservations }) =>
        disk?.persistence !== undefined || reservations?.some(({ type }) => type === 'DYNAMIC') === true,
    );
    if (isUnknown !== true) return undefined;
    const text = 'The checkpointed resources being used by the task or task group are unknown to the agent';
    return { reason: 'REASON_RESOURCES_UNKNOWN', message: text };
  }

  private drop(
    framework: FrameworkRecord,
    taskId: string,
    why: { readonly reason: TaskStatusReason; readonly message: string },
  ): void {
    this.answer(framework, taskId, { state: framework.droppedState, ...why });
  }

  /** A terminal update for a task that has no run. */
  private answer(
    framework: FrameworkRecord,
    taskId: string,
    content: { readonly state: TaskState; readonly reason: TaskStatusReason; readonly message: string },
  ): void {
    const status = this.dependencies.statuses().create({ taskId, source: 'SOURCE_AGENT', ...content });
    void this.dependencies.updates.update({ frameworkId: framework.id, taskId }, status);
  }

  /** The framework changed its description. */
  updateFramework(info: FrameworkInfo): FrameworkRecord {
    return this.dependencies.runs.noteFramework(info);
  }
}
