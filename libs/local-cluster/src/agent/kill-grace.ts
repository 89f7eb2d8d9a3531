import type { TaskInfo } from '#mesos';
import type { AgentOptions } from './agent-options.js';
import { toMs } from './duration.js';

/** Grace period of a command task that names none (spec/local-cluster.md §13.1). */
export const defaultKillGraceMs = 3_000;

/** How long a task may take to end when it is killed: as it says, else that of its kind of executor (§13.1). */
export function killGraceMsOf(
  { kill_policy: policy, container }: TaskInfo,
  options: Pick<AgentOptions, 'executorShutdownGracePeriodMs'>,
): number {
  if (policy?.grace_period !== undefined) return toMs(policy.grace_period);
  return container?.type === 'DOCKER' ? options.executorShutdownGracePeriodMs : defaultKillGraceMs;
}
