import type { Done, Refusal } from '../commands/command.js';
import type { Turn } from './turn.js';

/** `DELETE /v2/queue/{id}/delay`: only an app that waits for a launch has a delay (`spec/rest-api.md` §11.4). */
export function resetDelay(turn: Turn, appId: string): Done | Refusal {
  if (turn.state.instances.waitingOf(appId).length === 0) {
    return { kind: 'refused', code: 'AppNotQueued', appId };
  }
  turn.runtime.resetBackoff(appId);
  return { kind: 'done' };
}
