import type { Turn } from '../deciding/turn.js';
import type { Instance } from './instance.js';
import { requestKill } from './operations.js';

/**
 * Kills tasks that take too long to come up (`spec/scheduling.md` §1.12). The clock starts at the offer
 * match; the goal stays, so a terminal status leads to a relaunch.
 */
export function killOverdue(turn: Turn): void {
  for (const id of turn.state.instances.launchingIds()) {
    const instance = turn.state.instances.get(id);
    if (instance !== undefined && isOverdue(turn, instance)) requestKill(turn, instance, 'Overdue');
  }
}

/** Whether a provisioned, staging or starting task is older than it may be. */
export function isOverdue(turn: Turn, instance: Instance): boolean {
  const { taskLaunchConfirmTimeoutMs, taskLaunchTimeoutMs } = turn.settings;
  const limitMs = instance.condition === 'Provisioned' ? taskLaunchConfirmTimeoutMs : taskLaunchTimeoutMs;
  return instance.task !== undefined && turn.nowMs - instance.task.stagedAtMs > limitMs;
}
