import { parseTaskId } from '../ids/instance-id.js';
import type { Instance } from '../instances/instance.js';
import { expunge } from '../instances/operations.js';
import type { Turn } from './turn.js';

/** The launches never reached Mesos: their instances are forgotten, successors follow (`spec/scheduling.md` §2.5). */
export function launchFailed(turn: Turn, taskIds: readonly string[]): void {
  for (const instance of unconfirmed(turn, taskIds)) expunge(turn, instance.id, 'Killed');
}

/** Nobody knows whether the launches reached Mesos: it is asked. */
export function launchUncertain(turn: Turn, taskIds: readonly string[]): void {
  const tasks = unconfirmed(turn, taskIds).map((instance) => ({
    taskId: instance.task?.id ?? '',
    ...(instance.agent === undefined ? {} : { agentId: instance.agent.agentId }),
  }));
  if (tasks.length > 0) turn.request({ type: 'ReconcileTasks', tasks });
}

/** Instances that still wait for the first word of exactly these tasks. */
function unconfirmed(turn: Turn, taskIds: readonly string[]): Instance[] {
  return taskIds.flatMap((taskId) => {
    const instance = turn.state.instances.get(parseTaskId(taskId)?.instanceId ?? '');
    return instance?.condition === 'Provisioned' && instance.task?.id === taskId ? [instance] : [];
  });
}
