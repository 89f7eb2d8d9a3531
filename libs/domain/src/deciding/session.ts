import type { SchedulerCommand } from '../commands/command.js';
import { requestReconciliation } from './reconciliation.js';
import type { Turn } from './turn.js';

/** The master accepted our subscription: remember the framework id, ask for the truth, repeat what is due. */
export function connected(
  turn: Turn,
  command: Extract<SchedulerCommand, { type: 'SchedulerConnected' }>,
): void {
  const { state, runtime } = turn;
  const { frameworkId, master, region } = command;
  const known = state.frameworkId === frameworkId;
  turn.emit({
    type: known ? 'FrameworkReregistered' : 'FrameworkRegistered',
    data: { frameworkId, master },
  });
  runtime.sessionBegan(region);
  requestReconciliation(turn);
}

/** The session is over: offers and answers of it are worth nothing any more; tasks go on. */
export function disconnected(turn: Turn, reason: string): void {
  if (!turn.runtime.connected) return;
  turn.runtime.sessionEnded();
  turn.emit({ type: 'SchedulerDisconnected', data: { reason } });
}
