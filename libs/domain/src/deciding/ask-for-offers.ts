import type { State } from '../state/state.js';
import type { SchedulerRuntime } from './runtime.js';
import type { Turn } from './turn.js';

/** Tells Mesos which roles want offers, when that changed or is due again (`spec/scheduling.md` §2.6). */
export function askForOffers(turn: Turn): void {
  const { state, runtime, nowMs } = turn;
  if (!runtime.connected || !(runtime.demandChanged || nowMs >= runtime.nextDemandLookMs)) return;
  const demand = runtime.demand.byRole(state.instances.waiting, nowMs);
  for (const call of runtime.revive.evaluate(demand, nowMs)) {
    if (call.type === 'REVIVE') turn.request({ type: 'ReviveRoles', roles: call.roles });
    else {
      const { roles, suppressedRoles } = call;
      turn.request({ type: 'UpdateRoles', roles, suppressedRoles });
    }
  }
  runtime.demandChanged = false;
  runtime.nextDemandLookMs = Math.min(
    runtime.revive.nextWakeUpMs ?? Infinity,
    runtime.demand.nextReleaseAtMs(nowMs) ?? Infinity,
  );
}

/** How long offers come in that are only looked at. */
const LOOK_MS = 2000;

/** Asks for one offer of every agent, to know what there is; after a moment offers are wanted as before. */
export function lookForAgents(turn: Turn): void {
  const { runtime, nowMs } = turn;
  if (!runtime.connected) return;
  const { roles } = runtime.revive.lookAround();
  turn.request({ type: 'ReviveRoles', roles });
  runtime.demandChanged = false;
  runtime.nextDemandLookMs = nowMs + LOOK_MS;
}

/** What a new subscription names: all roles known, and those of them for which no offers are wanted yet. */
export function rolesWanted(
  { state, runtime }: { readonly state: State; readonly runtime: SchedulerRuntime },
  nowMs: number,
): { roles: readonly string[]; suppressed: readonly string[] } {
  const demand = runtime.demand.byRole(state.instances.waiting, nowMs);
  const { roles } = runtime.revive;
  return { roles, suppressed: roles.filter((role) => demand.get(role)?.wanted !== true) };
}
