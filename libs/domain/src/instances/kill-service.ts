import type { Turn } from '../deciding/turn.js';
import type { InstanceIndex } from '../state/instance-index.js';

/**
 * Which kills are under way (`spec/scheduling.md` §9.1). Held in memory only: what must be killed follows from
 * the state, so a new leader sends its kills anew.
 */
export class KillBook {
  private readonly sentAtMs = new Map<string, number>();

  get inFlight(): number {
    return this.sentAtMs.size;
  }

  has(instanceId: string): boolean {
    return this.sentAtMs.has(instanceId);
  }

  sent(instanceId: string, nowMs: number): void {
    this.sentAtMs.set(instanceId, nowMs);
  }

  /** The kill reached its end, or the instance may no longer be killed. */
  ended(instanceId: string): void {
    this.sentAtMs.delete(instanceId);
  }

  /** What was sent in a former session may be lost: everything is sent anew. */
  forgetAll(): void {
    this.sentAtMs.clear();
  }

  /** Kills without effect for at least `timeoutMs`, to be sent again. */
  overdue(nowMs: number, timeoutMs: number): string[] {
    const found: string[] = [];
    for (const [id, sentAtMs] of this.sentAtMs) if (nowMs - sentAtMs >= timeoutMs) found.push(id);
    return found;
  }
}

/** Sends the kills that are due and for which there is room among those in flight. */
export function sendKills(turn: Turn): void {
  const { state, runtime, settings } = turn;
  if (!runtime.connected) return;
  const ids = state.instances.idsToKill();
  if (ids.size <= runtime.kills.inFlight) return;
  for (const id of ids) {
    if (runtime.kills.inFlight >= settings.killChunkSize) return;
    if (!runtime.kills.has(id)) sendKill(turn, id);
  }
}

/** Sends again what was asked for long ago and did not happen. */
export function retryKills(turn: Turn): void {
  const { runtime, settings, nowMs } = turn;
  if (!runtime.connected) return;
  for (const id of runtime.kills.overdue(nowMs, settings.killRetryTimeoutMs)) sendKill(turn, id);
}

/** Ends the book-keeping of a kill as soon as the instance needs none any more. */
export function settleKill(kills: KillBook, instances: InstanceIndex, instanceId: string): void {
  if (!instances.idsToKill().has(instanceId)) kills.ended(instanceId);
}

function sendKill(turn: Turn, instanceId: string): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance?.task === undefined) return;
  const agentId = instance.agent?.agentId;
  turn.request({
    type: 'KillTask',
    taskId: instance.task.id,
    ...(agentId === undefined ? {} : { agentId }),
  });
  turn.runtime.kills.sent(instanceId, turn.nowMs);
}
