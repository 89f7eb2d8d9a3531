import type { AgentId, OperationReference, OperationStatus, TaskId, TaskState, TaskStatus } from '#mesos';
import type { AgentDirectory, AgentWhereabouts } from '../agents/agent-whereabouts.js';
import { latestStateStatus, masterStatus, stateFor, updateEvent } from '../events/status-event.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';

export interface TaskReference {
  readonly task_id: TaskId;
  readonly agent_id?: AgentId | undefined;
}

/** Answers made in one turn, so that a great many of them never hold up heartbeats (spec/local-cluster.md §22). */
const ANSWERS_PER_TURN = 1000;
const NANOSECONDS_PER_MS = 1e6;

/** RECONCILE and RECONCILE_OPERATIONS (C§17, C§18). */
export class Reconciler {
  constructor(
    private readonly state: MasterState,
    private readonly directory: AgentDirectory,
  ) {}

  /** No references: everything the master holds for the framework. */
  reconcile(framework: Framework, references: readonly TaskReference[]): void {
    if (references.length > 0) {
      this.answerInTurns(framework, references, (reference) => this.explicit(framework, reference));
      return;
    }
    const tasks = [...framework.tasks.keys()];
    this.answerInTurns(framework, tasks, (taskId) => this.latest(framework, taskId));
  }

  /** The answer about one task, or undefined where silence is the answer (C§17.2, row 2). */
  explicit(framework: Framework, reference: TaskReference): TaskStatus | undefined {
    const taskId = reference.task_id.value;
    const agentId = reference.agent_id?.value;
    const known = this.latest(framework, taskId);
    if (known !== undefined) return known;
    const lost = framework.unreachableTasks.get(taskId);
    const where = agentId === undefined ? this.whereaboutsWithoutId() : this.directory.locate(agentId);
    if (where.kind === 'recovering') return undefined;
    const sinceMs = where.kind === 'unreachable' ? where.sinceMs : lost?.unreachableAtMs;
    const verdict = verdictOn(where.kind === 'unknown' && lost !== undefined ? 'unreachable' : where.kind);
    const status = masterStatus({
      taskId,
      agentId,
      state: stateFor(framework, verdict.state),
      reason: 'REASON_RECONCILIATION',
      message: `Reconciliation: ${verdict.message}`,
      timestamp: this.state.timestamp(),
    });
    return status.state === 'TASK_UNREACHABLE' && sinceMs !== undefined
      ? { ...status, unreachable_time: { nanoseconds: sinceMs * NANOSECONDS_PER_MS } }
      : status;
  }

  /** No operation outlives its ACCEPT here, so the answer depends on the agent alone; implicit ones find nothing. */
  reconcileOperations(framework: Framework, references: readonly OperationReference[]): void {
    for (const reference of references) {
      const agentId = reference.agent_id?.value;
      const verdict =
        agentId === undefined
          ? { state: 'OPERATION_UNKNOWN', message: "Operation is unknown and no 'agent_id' was provided" }
          : operationVerdictOn(this.directory.locate(agentId).kind);
      const status: OperationStatus = {
        operation_id: reference.operation_id,
        state: verdict.state as OperationStatus['state'],
        message: `Reconciliation: ${verdict.message}`,
        ...(reference.agent_id === undefined ? {} : { agent_id: reference.agent_id }),
        ...(reference.resource_provider_id === undefined
          ? {}
          : { resource_provider_id: reference.resource_provider_id }),
      };
      framework.send({ type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status } });
    }
  }

  private latest(framework: Framework, taskId: string): TaskStatus | undefined {
    const task = framework.tasks.get(taskId);
    return (
      task &&
      latestStateStatus(task, {
        reason: 'REASON_RECONCILIATION',
        message: 'Reconciliation: Latest task state',
        timestamp: this.state.timestamp(),
      })
    );
  }

  /** Without an agent id any agent that is still awaited might know the task. */
  private whereaboutsWithoutId(): AgentWhereabouts {
    return { kind: this.directory.isRecovering ? 'recovering' : 'unknown' };
  }

  /** Looks each item up when its turn comes: what has ended meanwhile was reported by its own update. */
  private answerInTurns<Item>(
    framework: Framework,
    items: readonly Item[],
    answer: (item: Item) => TaskStatus | undefined,
  ): void {
    const { stream } = framework;
    const answerFrom = (first: number): void => {
      if (framework.stream !== stream) return;
      const next = first + ANSWERS_PER_TURN;
      for (const item of items.slice(first, next)) {
        const status = answer(item);
        if (status !== undefined) framework.send(updateEvent(status));
      }
      if (next < items.length) this.state.clock.schedule(0, () => answerFrom(next));
    };
    answerFrom(0);
  }
}

function verdictOn(where: Exclude<AgentWhereabouts['kind'], 'recovering'>): {
  state: TaskState;
  message: string;
} {
  switch (where) {
    case 'registered':
      return { state: 'TASK_GONE', message: 'Task is unknown to the agent' };
    case 'unreachable':
      return { state: 'TASK_UNREACHABLE', message: 'Task is unreachable' };
    case 'gone':
      return { state: 'TASK_GONE_BY_OPERATOR', message: 'Task is gone' };
    case 'unknown':
      return { state: 'TASK_UNKNOWN', message: 'Task is unknown' };
  }
}

function operationVerdictOn(where: AgentWhereabouts['kind']): { state: string; message: string } {
  switch (where) {
    case 'registered':
      return { state: 'OPERATION_UNKNOWN', message: 'Operation is unknown' };
    case 'recovering':
      return { state: 'OPERATION_RECOVERING', message: 'Agent is recovered but has not re-registered' };
    case 'unreachable':
      return { state: 'OPERATION_UNREACHABLE', message: 'Agent is unreachable' };
    case 'gone':
      return { state: 'OPERATION_GONE_BY_OPERATOR', message: 'Agent marked gone by operator' };
    case 'unknown':
      return { state: 'OPERATION_UNKNOWN', message: 'Both operation and agent are unknown' };
  }
}
