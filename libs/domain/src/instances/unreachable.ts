import type { Turn } from '../deciding/turn.js';
import type { Instance } from './instance.js';
import { expunge, factsOf } from './operations.js';

/**
 * Which time-out of its unreachable strategy an instance has reached (`spec/scheduling.md` §8.1). Both reached
 * counts as expunge; "reached" means elapsed >= limit; a disabled strategy never expires.
 */
export function expiredTimeout(instance: Instance, nowMs: number): 'inactive' | 'expunge' | undefined {
  if (instance.condition !== 'Unreachable' && instance.condition !== 'UnreachableInactive') return undefined;
  const strategy = instance.app.unreachableStrategy;
  const status = instance.task?.status;
  if (strategy === 'disabled' || status === undefined) return undefined;
  const elapsedMs = nowMs - (status.unreachableSinceMs ?? status.timestampMs);
  if (elapsedMs >= strategy.expungeAfterSeconds * 1000) return 'expunge';
  return elapsedMs >= strategy.inactiveAfterSeconds * 1000 ? 'inactive' : undefined;
}

/**
 * Evaluates the time-outs of everything that is out of sight; called by timer (D5). A new leader expunges nothing at
 * first (`mayExpunge`): what it holds for unreachable may just be coming back.
 */
export function checkUnreachable(turn: Turn, { mayExpunge }: { mayExpunge: boolean }): void {
  for (const id of turn.state.instances.unreachableIds()) {
    const instance = turn.state.instances.get(id);
    if (instance === undefined) continue;
    const expired = expiredTimeout(instance, turn.nowMs);
    if (expired === undefined) continue;
    if (expired === 'expunge' && mayExpunge) expunge(turn, id, instance.condition);
    else if (instance.condition === 'Unreachable') {
      turn.emit({ type: 'InstanceBecameInactive', data: factsOf(instance) });
    }
  }
}
