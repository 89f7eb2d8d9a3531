import type { Instance } from '../instances/instance.js';
import { factsOf } from '../instances/operations.js';
import type { BackoffBook } from '../launching/backoff.js';
import { matchOffers } from '../launching/matching/match-offers.js';
import type { AcceptedOffer, DeclinedOffer, WaitingApp } from '../launching/matching/match-context.js';
import { topLevelGroup } from '../ids/path-id.js';
import type { Turn } from './turn.js';

/**
 * Matches the offers of the turn against the waiting instances. Every match is an event first; the launch is
 * sent once it is durable. No offer is kept: what is not used is declined (`spec/scheduling.md` §2.5).
 */
export function answerOffers(turn: Turn): void {
  const { runtime, settings, state, nowMs } = turn;
  const { offers } = runtime;
  if (offers.length === 0) return;
  runtime.offers = [];
  const { accepts, declines, tokensLeft } = matchOffers(offers, {
    waiting: waitingApps(turn),
    placedInstances: (appId) => state.instances.of(appId),
    enforcesGroupRole: (appId) => state.groups.get(topLevelGroup(appId) ?? '/')?.enforceRole === true,
    tokens: runtime.tokens.available,
    settings,
    ...(runtime.localRegion === undefined ? {} : { localRegion: runtime.localRegion }),
    nowMs,
    random: turn.environment.random,
    statistics: runtime.statistics,
  });
  runtime.tokens.spend(runtime.tokens.available - tokensLeft);
  for (const accept of accepts) launch(turn, accept);
  decline(turn, declines);
}

/** Apps with instances that wait and whose configuration is not held back by its back-off (§2.2). */
function* waitingApps(turn: Turn): Iterable<WaitingApp> {
  const { state, runtime, nowMs } = turn;
  for (const appId of state.instances.waiting().keys()) {
    const waiting = state.instances.waitingOf(appId);
    const candidates = allowedToLaunch(waiting, runtime.backoff, nowMs);
    if (candidates.length === 0) continue;
    yield { appId, targetInstances: targetOf(turn, appId, candidates), candidates };
  }
}

/** While a configuration has a delay its launches are spaced by it: one at a time (§2.3). */
function allowedToLaunch(waiting: readonly Instance[], backoff: BackoffBook, nowMs: number): Instance[] {
  const served = new Set<string>();
  return waiting.filter(({ app }) => {
    const delay = backoff.delayOf(app);
    if (delay === undefined) return true;
    if (delay.launchAllowedAtMs > nowMs || served.has(app.versionInfo.lastConfigChangeAt)) return false;
    served.add(app.versionInfo.lastConfigChangeAt);
    return true;
  });
}

function targetOf(turn: Turn, appId: string, candidates: readonly Instance[]): number {
  return turn.state.apps.get(appId)?.instances ?? candidates.length;
}

function launch(turn: Turn, { offer, launches }: AcceptedOffer): void {
  const actor = { kind: 'mesos' } as const;
  turn.attributeTo({ actor, correlationId: offer.id.value, causationId: null });
  for (const { instance, taskId, incarnation, agent, hostPorts } of launches) {
    const { instanceId, appId, version } = factsOf(instance);
    turn.emit({
      type: 'InstanceProvisioned',
      data: { instanceId, appId, version, taskId, incarnation, agent, hostPorts },
    });
  }
  turn.request({
    type: 'AcceptOffer',
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    taskInfos: launches.map(({ taskInfo }) => taskInfo),
  });
}

/** One call for all offers that are declined for the same time. */
function decline(turn: Turn, declines: readonly DeclinedOffer[]): void {
  const byDuration = new Map<number | undefined, string[]>();
  for (const { offerId, refuseSeconds } of declines) {
    const ids = byDuration.get(refuseSeconds);
    if (ids === undefined) byDuration.set(refuseSeconds, [offerId]);
    else ids.push(offerId);
  }
  for (const [refuseSeconds, offerIds] of byDuration) {
    turn.request({
      type: 'DeclineOffers',
      offerIds,
      ...(refuseSeconds === undefined ? {} : { refuseSeconds }),
    });
  }
}
