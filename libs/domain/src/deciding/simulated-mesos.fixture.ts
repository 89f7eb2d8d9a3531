import type { MesosTaskState, TaskStatus } from '../cluster/mesos-shapes.js';
import { conditionOf, isTerminal } from '../instances/condition.js';
import type { Effect } from './effect.js';
import type { Scenario } from './scenario.fixture.js';

/** What becomes of a launch that was asked for. */
export type LaunchFate = 'delivered' | 'failed' | 'uncertain, delivered' | 'uncertain, lost';

interface SimulatedTask {
  readonly id: string;
  readonly agentId: string;
  state: MesosTaskState;
  /** Its end was asked for. */
  doomed: boolean;
}

/**
 * The part of Mesos that a scheduler notices: tasks come from accepted offers, end when they are killed, and are told of
 * when asked. Statuses wait here until they are delivered.
 */
export class SimulatedMesos {
  readonly tasks = new Map<string, SimulatedTask>();
  /** Every task id ever launched. */
  readonly launched = new Set<string>();
  /** Task ids that were launched a second time: there must be none. */
  readonly launchedTwice: string[] = [];
  private readonly waiting: TaskStatus[] = [];
  /** Statuses that were delivered, to be delivered again. */
  private readonly delivered: TaskStatus[] = [];
  private uuids = 0;

  constructor(private readonly scenario: Scenario) {}

  carryOut(effects: readonly Effect[], fate: LaunchFate): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'AcceptOffer':
          this.launch(effect, fate);
          break;
        case 'KillTask':
          this.kill(effect.taskId, effect.agentId);
          break;
        case 'ReconcileTasks':
          this.reconcile(effect.tasks);
          break;
        default:
      }
    }
  }

  /** Moves a task on, or lets it end; the scheduler hears of it with the next delivery. */
  progress(task: SimulatedTask, state: MesosTaskState): void {
    task.state = state;
    if (isTerminal(conditionOf({ state }))) this.tasks.delete(task.id);
    const fromAgent = state !== 'TASK_UNREACHABLE';
    this.uuids += fromAgent ? 1 : 0;
    this.tell(task, {
      state,
      ...(fromAgent ? { uuid: `uuid-${this.uuids}` } : unreachableSince(this.scenario)),
    });
  }

  /** Every task reaches where it is heading: running, or killed. */
  settleTasks(): void {
    for (const task of this.tasks.values()) {
      if (task.doomed) this.progress(task, 'TASK_KILLED');
      else if (task.state !== 'TASK_RUNNING') this.progress(task, 'TASK_RUNNING');
    }
  }

  /** Hands over the statuses that wait: one by one, or all of them to one turn that has no time. */
  deliver(): void {
    const statuses = this.waiting.splice(0);
    this.delivered.push(...statuses);
    const commands = statuses.map((status) => ({ type: 'ReceiveStatus', status }) as const);
    if (this.scenario.hurried) this.scenario.tell(...commands);
    else for (const command of commands) this.scenario.tell(command);
  }

  /** What was on its way is lost with the connection. */
  dropWaiting(): void {
    this.waiting.length = 0;
  }

  /** Hands over a status of the past once more. */
  redeliver(pick: number): void {
    const status = this.delivered[pick % Math.max(this.delivered.length, 1)];
    if (status !== undefined) this.scenario.tell({ type: 'ReceiveStatus', status });
  }

  private launch({ launches, agentId }: Extract<Effect, { type: 'AcceptOffer' }>, fate: LaunchFate): void {
    const taskIds = launches.map(({ taskId }) => taskId);
    if (fate === 'delivered' || fate === 'uncertain, delivered') {
      for (const id of taskIds) {
        if (this.launched.has(id)) this.launchedTwice.push(id);
        this.launched.add(id);
        this.tasks.set(id, { id, agentId, state: 'TASK_STAGING', doomed: false });
      }
    }
    if (fate === 'failed') this.scenario.tell({ type: 'LaunchFailed', taskIds, reason: 'stale' });
    else if (fate !== 'delivered') this.scenario.tell({ type: 'LaunchUncertain', taskIds });
  }

  private kill(id: string, agentId = 'agent-1'): void {
    const task = this.tasks.get(id);
    if (task === undefined) this.reconcile([{ taskId: id, agentId }]);
    else if (task.state !== 'TASK_UNREACHABLE') task.doomed = true;
  }

  /** Answers carry no uuid and need no acknowledgement (`spec/mesos-client.md` §17). */
  private reconcile(asked: readonly { readonly taskId: string; readonly agentId?: string }[]): void {
    for (const { taskId, agentId = 'agent-1' } of asked) {
      this.answer(this.tasks.get(taskId) ?? { id: taskId, agentId, state: 'TASK_GONE' });
    }
    if (asked.length > 0) return;
    for (const task of this.tasks.values()) if (task.state !== 'TASK_UNREACHABLE') this.answer(task);
  }

  private answer(task: Pick<SimulatedTask, 'id' | 'agentId' | 'state'>): void {
    const lost = task.state === 'TASK_UNREACHABLE' ? unreachableSince(this.scenario) : {};
    this.tell(task, { state: task.state, reason: 'REASON_RECONCILIATION', ...lost });
  }

  private tell(
    { id, agentId }: Pick<SimulatedTask, 'id' | 'agentId'>,
    status: Pick<TaskStatus, 'state'> & Partial<TaskStatus>,
  ): void {
    const timestamp = this.scenario.nowMs / 1000;
    this.waiting.push({ task_id: { value: id }, agent_id: { value: agentId }, timestamp, ...status });
  }
}

function unreachableSince({ nowMs }: Scenario): Pick<TaskStatus, 'unreachable_time'> {
  return { unreachable_time: { nanoseconds: (nowMs - 5000) * 1e6 } };
}
