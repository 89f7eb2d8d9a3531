import type {
  CheckStatusInfo,
  ContainerStatus,
  IpAddress,
  TaskState,
  TaskStatus,
  TaskStatusReason,
} from '#mesos';
import type { Clock, Timer } from '../runtime/clock.js';
import type { AgentOptions } from './agent-options.js';
import { checkStatusOf } from './checks/check-status.js';
import type { Draining } from './draining.js';
import { formatDuration } from './duration.js';
import type { LossCause, RunnerEvent } from './runner/runner.js';
import type { TaskRun } from './runs.js';
import { needsEngine } from './runner/docker/engine-task.js';
import { containerExitMessage, exitMessage } from './updates/exit-message.js';
import { memoryLimitationOf } from './updates/memory-limitation.js';
import type { StatusFactory } from './updates/status-factory.js';
import type { StatusUpdateManager } from './updates/status-update-manager.js';
import type { AgentStatus } from './updates/update-stream.js';

/** What reporting needs. */
export interface TaskReporterDependencies {
  readonly options: AgentOptions;
  readonly clock: Clock;
  readonly statuses: () => StatusFactory;
  readonly updates: StatusUpdateManager;
  readonly draining: Draining;
  /** The run is over and its terminal update is queued. */
  readonly onEnded: (run: TaskRun) => void;
}

/** The number of a runner's event, and whom to tell that it need not be repeated. */
export interface EventReceipt {
  readonly seq: number;
  readonly handled: () => void;
}

/** What differs between updates about a run. */
interface Report {
  readonly state: TaskState;
  readonly source: 'SOURCE_AGENT' | 'SOURCE_EXECUTOR';
  readonly message?: string | undefined;
  readonly reason?: TaskStatusReason | undefined;
  readonly data?: string | undefined;
  readonly healthy?: boolean | undefined;
  readonly checkStatus?: CheckStatusInfo | undefined;
  readonly limitation?: TaskStatus['limitation'] | undefined;
}

type EndEvent = Extract<RunnerEvent, { type: 'exited' }>;
type RunningEvent = Extract<RunnerEvent, { type: 'running' }>;

/** Turns what happens to runs into status updates (spec/local-cluster.md §8.2, §12, §14). */
export class TaskReporter {
  private readonly startTimers = new Map<TaskRun, Timer>();

  constructor(private readonly dependencies: TaskReporterDependencies) {}

  /** Takes an event of the runner; `receipt.handled` is called once its update is on disk. */
  report(run: TaskRun, event: RunnerEvent, receipt: EventReceipt): void {
    if (run.isOver) {
      receipt.handled();
      return;
    }
    const report = this.reportOf(run, event);
    if (report === undefined) {
      receipt.handled();
      return;
    }
    const isEnd = event.type === 'exited' || event.type === 'failed' || event.type === 'lost';
    if (isEnd) void this.end(run, report, receipt);
    else void this.update(run, report, receipt);
  }

  /** Notes what an event says about the run without reporting it: it was reported before a restart. */
  recall(run: TaskRun, event: RunnerEvent): void {
    if (event.type === 'starting' || event.type === 'running') run.pid = event.pid;
    if (event.type === 'running') run.addresses = this.addressesOf(run, event);
    if (event.type === 'killing') run.isKilling = true;
    if (event.type === 'overdue') run.isOverdue = true;
    if (event.type === 'limitation') run.overusedBytes = event.usedBytes;
    if (event.type === 'unhealthy_kill') run.isUnhealthy = true;
    if (event.type === 'health') run.healthy = event.healthy;
    if (event.type === 'check') run.checkResult = event.result;
  }

  /** From now on the runner has limited time to start the process. */
  awaitStart(run: TaskRun): void {
    const { options, clock } = this.dependencies;
    const timeoutMs = options.executorRegistrationTimeoutMs;
    const giveUp = (): void => {
      run.handle?.destroy();
      void this.end(run, {
        state: 'TASK_FAILED',
        source: 'SOURCE_AGENT',
        reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
        message: `Executor did not register within ${formatDuration(timeoutMs)}`,
      });
    };
    this.startTimers.set(run, clock.schedule(timeoutMs, giveUp));
  }

  launchFailed(run: TaskRun, cause: string): Promise<void> {
    return this.end(run, launchFailure(cause));
  }

  /** The executor could not make the container out of what the task asks for (§17.3). */
  containerRefused(run: TaskRun, cause: string): Promise<void> {
    const message = `Failed to create docker run options: ${cause}`;
    return this.end(run, { state: 'TASK_FAILED', source: 'SOURCE_EXECUTOR', message });
  }

  killedBeforeDelivery(run: TaskRun): Promise<void> {
    return this.end(run, {
      state: 'TASK_KILLED',
      source: 'SOURCE_AGENT',
      reason: 'REASON_TASK_KILLED_DURING_LAUNCH',
      message: 'Killed before delivery to the executor',
    });
  }

  executorTerminated(run: TaskRun): Promise<void> {
    return this.end(run, {
      state: 'TASK_FAILED',
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Executor terminated',
    });
  }

  /** Checkpointed, but the agent ended before it could hand the task to the runner. */
  neverDelivered(run: TaskRun): Promise<void> {
    return this.end(run, {
      state: run.framework.droppedState,
      source: 'SOURCE_AGENT',
      reason: 'REASON_AGENT_RESTARTED',
      message: 'Task launched during agent restart',
    });
  }

  private reportOf(run: TaskRun, event: RunnerEvent): Report | undefined {
    this.recall(run, event);
    switch (event.type) {
      case 'starting':
        this.startTimers.get(run)?.cancel();
        return { state: 'TASK_STARTING', source: 'SOURCE_EXECUTOR' };
      case 'running':
        return { state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', data: event.inspection?.text };
      case 'health':
        return checkReport(run, 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED');
      case 'check':
        return checkReport(run, 'REASON_TASK_CHECK_STATUS_UPDATED');
      case 'killing':
        return run.framework.has('TASK_KILLING_STATE')
          ? { state: 'TASK_KILLING', source: 'SOURCE_EXECUTOR' }
          : undefined;
      case 'overdue':
      case 'limitation':
      case 'unhealthy_kill':
        return undefined;
      case 'exited':
        return exitReport(run, event);
      case 'failed':
        return isDocker(run) ? clientFailure(event.message) : launchFailure(event.message);
      case 'lost':
        return this.lossReport(run, event.cause);
    }
  }

  private lossReport(run: TaskRun, cause: LossCause): Report {
    if (cause === 'supervisor_silent') {
      const within = formatDuration(this.dependencies.options.executorReregistrationTimeoutMs);
      return {
        state: run.framework.goneState,
        source: 'SOURCE_AGENT',
        reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
        message: `Executor did not reregister within ${within}`,
      };
    }
    return {
      state: 'TASK_FAILED',
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message:
        cause === 'supervisor_died'
          ? 'Executor terminated'
          : 'Abnormal executor termination: unknown container',
    };
  }

  private async end(run: TaskRun, report: Report, receipt?: EventReceipt): Promise<void> {
    if (run.isOver) return;
    run.phase = 'ending';
    this.startTimers.get(run)?.cancel();
    this.startTimers.delete(run);
    run.completedAtMs = this.dependencies.clock.nowMs();
    await this.update(run, report, receipt);
    run.phase = 'ended';
    this.dependencies.onEnded(run);
  }

  private async update(run: TaskRun, report: Report, receipt?: EventReceipt): Promise<void> {
    const status = this.dependencies.statuses().create({
      ...(report.source === 'SOURCE_EXECUTOR' ? { checkStatus: checkStatusOf(run.task) } : {}),
      ...report,
      ...this.dependencies.draining.tell(report, run.framework),
      taskId: run.taskId,
      executorId: run.id.executorId,
      containerStatus: run.handle === undefined ? undefined : this.containerStatus(run),
    });
    run.remember(status);
    // Nobody is left to be told: the run ends without waiting for an acknowledgement.
    if (!run.framework.isRemoved) await this.queue(run, status, receipt?.seq);
    receipt?.handled();
  }

  private async queue(run: TaskRun, status: AgentStatus, seq: number | undefined): Promise<void> {
    const key = { frameworkId: run.framework.id, taskId: run.taskId };
    const written = this.dependencies.updates.update(key, status, seq);
    run.stream ??= this.dependencies.updates.streamOf(key);
    await written;
  }

  /** What an engine tells of its container, else the host's; what is known from before a restart stays. */
  private addressesOf(run: TaskRun, { inspection }: RunningEvent): readonly IpAddress[] {
    if (inspection === undefined && run.addresses !== undefined) return run.addresses;
    const own = inspection?.addresses ?? [];
    return own.length > 0 ? own : this.hostAddresses();
  }

  private hostAddresses(): readonly IpAddress[] {
    return [{ protocol: 'IPv4', ip_address: this.dependencies.options.ip }];
  }

  private containerStatus(run: TaskRun): ContainerStatus {
    // Before its container runs, nobody knows the address a task will have.
    const addresses = run.addresses ?? (needsEngine(run.task) ? undefined : this.hostAddresses());
    return {
      container_id: { value: run.id.containerId },
      ...(addresses === undefined ? {} : { network_infos: [{ ip_addresses: addresses }] }),
      ...(run.pid === undefined ? {} : { executor_pid: run.pid }),
    };
  }
}

/** DOCKER containers have an executor with words of its own; images of MESOS containers do not. */
const isDocker = ({ task }: TaskRun): boolean => task.container?.type === 'DOCKER';

function clientFailure(cause: string): Report {
  const message = `Failed to run docker container: ${cause}`;
  return { state: 'TASK_FAILED', source: 'SOURCE_EXECUTOR', message };
}

function launchFailure(cause: string): Report {
  return {
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: `Failed to launch container: ${cause}`,
  };
}

function exitReport(run: TaskRun, end: EndEvent): Report {
  const message = isDocker(run) ? containerExitMessage(end) : exitMessage(end);
  const source = 'SOURCE_EXECUTOR' as const;
  if (run.isKilling) {
    return { state: 'TASK_KILLED', source, message, ...(run.isUnhealthy ? { healthy: false } : {}) };
  }
  if (run.overusedBytes !== undefined) return memoryReport(run, run.overusedBytes);
  if (run.isOverdue) {
    return { state: 'TASK_FAILED', source, message, reason: 'REASON_MAX_COMPLETION_TIME_REACHED' };
  }
  return { state: end.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', source, message };
}

function memoryReport({ task }: TaskRun, usedBytes: number): Report {
  return {
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    ...memoryLimitationOf(task, usedBytes),
  };
}

/** Copies the last status: what one check has found is repeated when the other has news (§15.3). */
function checkReport(run: TaskRun, reason: TaskStatusReason): Report {
  return {
    state: 'TASK_RUNNING',
    source: 'SOURCE_EXECUTOR',
    reason,
    healthy: run.healthy,
    checkStatus: checkStatusOf(run.task, run.checkResult),
  };
}
