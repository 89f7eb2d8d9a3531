import { parseTaskId } from '../ids/instance-id.js';
import { isTerminal } from '../instances/condition.js';
import type { Instance } from '../instances/instance.js';
import type { Turn } from './turn.js';

/** So many tasks are asked about in one call (`spec/mesos-client.md` §17.3). */
const TASKS_PER_CALL = 1000;

interface TaskRef {
  readonly taskId: string;
  readonly agentId?: string;
}

/**
 * Asks Mesos for everything it knows, then for the state of every task it should know (`spec/scheduling.md` §8.2).
 * Tasks that were sent but never heard of are included: an offer that was lost with a former session shows as
 * unknown at once instead of after the launch time-out.
 */
export function requestReconciliation(turn: Turn): void {
  const tasks: TaskRef[] = [];
  for (const instance of turn.state.instances.values()) {
    const task = liveTaskOf(instance);
    if (task !== undefined) tasks.push(task);
  }
  turn.request({ type: 'ReconcileTasks', tasks: [] });
  ask(turn, tasks);
  const taskIds = tasks.map(({ taskId }) => taskId);
  turn.runtime.reconciliation.begin(taskIds, turn.nowMs);
}

/** Asks again about tasks that Mesos has said nothing of for a while. */
export function repeatReconciliation(turn: Turn): void {
  const { runtime, state, nowMs } = turn;
  if (!runtime.connected) return;
  const tasks: TaskRef[] = [];
  for (const taskId of runtime.reconciliation.takeDue(nowMs)) {
    const instance = state.instances.get(parseTaskId(taskId)?.instanceId ?? '');
    const task = instance === undefined ? undefined : liveTaskOf(instance);
    if (task?.taskId === taskId) tasks.push(task);
    else runtime.reconciliation.heard(taskId);
  }
  ask(turn, tasks);
}

function ask(turn: Turn, tasks: readonly TaskRef[]): void {
  for (let from = 0; from < tasks.length; from += TASKS_PER_CALL) {
    turn.request({ type: 'ReconcileTasks', tasks: tasks.slice(from, from + TASKS_PER_CALL) });
  }
}

function liveTaskOf({ task, condition, agent }: Instance): TaskRef | undefined {
  if (task === undefined || isTerminal(condition)) return undefined;
  return { taskId: task.id, ...(agent === undefined ? {} : { agentId: agent.agentId }) };
}
