import { scalarResource, sumScalar, type TaskInfo, type TaskStatus, type TaskStatusReason } from '#mesos';
import { limitOf } from '../agent/limits.js';

/** Why an agent does not start a task, in the words of the reference (spec/local-cluster.md §8.2). */
const DROP_MESSAGES: Readonly<Record<string, string>> = {
  REASON_AGENT_DRAINING: 'Task was received while agent was already draining',
  REASON_EXECUTOR_TERMINATED: 'Executor terminating',
  REASON_INVALID_OFFERS: 'Task assumes outdated resource state',
  REASON_RESOURCES_UNKNOWN:
    'The checkpointed resources being used by the task or task group are unknown to the agent',
  REASON_TASK_INVALID: 'Cannot reuse an already existing executor for a command task',
};

export function dropMessage(reason: string): string {
  return DROP_MESSAGES[reason] ?? 'Task was dropped by the agent';
}

/** What tells one end reported by an agent from another. */
export type AgentVerdict = Pick<TaskStatus, 'message' | 'limitation'> & { readonly reason: TaskStatusReason };

/** An end for which an agent has words of its own: limitations, and executors that ended (§14). */
export function verdictOf(
  task: TaskInfo,
  containerId: string,
  given: { reason: string; message?: string | undefined },
): AgentVerdict {
  const { reason } = given;
  const known = knownVerdict(task, containerId, reason);
  return { reason, ...known, ...(given.message === undefined ? {} : { message: given.message }) };
}

function knownVerdict(
  task: TaskInfo,
  containerId: string,
  reason: string,
): Pick<TaskStatus, 'message' | 'limitation'> {
  const amountOf = (name: string): number => sumScalar(task.resources ?? [], name);
  switch (reason) {
    case 'REASON_CONTAINER_LIMITATION_MEMORY': {
      const limit = limitOf(task, 'mem');
      const requested = typeof limit === 'number' ? limit : amountOf('mem');
      return {
        message: `Memory limit exceeded: Requested: ${requested}MB Maximum Used: ${requested}MB\n\nMEMORY STATISTICS: \n`,
        limitation: { resources: [scalarResource('mem', requested)] },
      };
    }
    case 'REASON_CONTAINER_LIMITATION_DISK': {
      const quota = amountOf('disk');
      return {
        message: `Disk usage (${quota + 1}MB) exceeds quota (${quota}MB)`,
        limitation: { resources: [scalarResource('disk', quota + 1)] },
      };
    }
    case 'REASON_CONTAINER_LIMITATION':
      return { message: `Container ${containerId} is listening on unallocated port(s): [1024-1024]` };
    case 'REASON_EXECUTOR_TERMINATED':
      return { message: 'Executor terminated' };
    default:
      return {};
  }
}
