import { isTerminal } from '../instances/condition.js';
import type { Instance } from '../instances/instance.js';
import { receiveStatus } from '../instances/receive-status.js';
import type { Turn } from './turn.js';

const MESSAGE = 'The framework of the task was given up by an operator.';

/**
 * Gives up the framework and, before it, every task that it may still have: their instances count as lost, so that the
 * next leader registers a new framework and launches them anew (`spec/operations.md` §17). Takes as many tasks per turn
 * as `limit` says; the id is forgotten with the last of them, so that it can be called again after an interruption.
 *
 * @returns whether it is done; otherwise another turn must follow.
 */
export function forgetFramework(turn: Turn, limit: number): boolean {
  const { state } = turn;
  const live = [...firstOf(liveTasks(state.instances.values()), limit + 1)];
  for (const taskId of live.slice(0, limit)) {
    receiveStatus(turn, { task_id: { value: taskId }, state: 'TASK_GONE_BY_OPERATOR', message: MESSAGE });
  }
  if (live.length > limit) return false;
  turn.emit({ type: 'FrameworkIdForgotten', data: { frameworkId: state.frameworkId ?? null } });
  return true;
}

/** Whether the cluster may still run a task of these instances, so that a new framework would orphan it. */
export function haveLiveTasks(instances: Iterable<Instance>): boolean {
  for (const _ of liveTasks(instances)) return true;
  return false;
}

function* liveTasks(instances: Iterable<Instance>): Iterable<string> {
  for (const { task, condition } of instances) {
    if (task !== undefined && !isTerminal(condition)) yield task.id;
  }
}

function* firstOf<T>(items: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}
