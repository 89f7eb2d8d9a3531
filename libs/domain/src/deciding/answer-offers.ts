import type { Offer } from '../cluster/mesos-shapes.js';
import { Matching } from '../launching/matching/match-offer.js';
import type { Launch, MatchContext } from '../launching/matching/match-context.js';
import type { Turn } from './turn.js';

const MESOS = { kind: 'mesos' } as const;

/**
 * Matches offers against the waiting instances, as many as the turn has time for and at least one; the rest waits for
 * the next turn, as far as there is room, and not for long. Every match is an event first; the launch is sent once it is
 * durable. No offer is kept: what is not used is declined (`spec/scheduling.md` §2.4, §2.5).
 */
export function answerOffers(turn: Turn): void {
  const { runtime, environment, settings, nowMs } = turn;
  const { offers } = runtime;
  if (offers.length === 0) return;
  const declines = new Declines();
  const giveBack = ({ id }: Offer): void => declines.add(id.value, SOON);
  offers.takeOverdue(nowMs, settings.offerMatchingTimeoutMs).forEach(giveBack);
  const watch = new OfferWatch(turn);
  const matching = new Matching({ isOverdue: () => watch.isOverdue, ...matchContextOf(turn) });
  for (let offer = offers.next(); offer !== undefined; offer = offers.next()) {
    watch.begin();
    answerOffer(turn, offer, { matching, declines });
    if (environment.isTimeUp?.() === true) break;
  }
  offers.takeSurplus(nowMs, settings.maxQueuedOffers).forEach(giveBack);
  declines.request(turn);
}

/** Lets offers wait while there is no time for them in this turn, as far as there is room. */
export function keepOffersWaiting(turn: Turn): void {
  const declines = new Declines();
  for (const { id } of turn.runtime.offers.takeSurplus(turn.nowMs, turn.settings.maxQueuedOffers)) {
    declines.add(id.value, SOON);
  }
  declines.request(turn);
}

/** No filter: Mesos may offer the same again after its default of 5 s. */
const SOON = undefined;

/** How long the present offer has been looked at (§2.4, `offer_matching_timeout`). */
class OfferWatch {
  private begunMs = 0;

  constructor(private readonly turn: Turn) {}

  begin(): void {
    this.begunMs = this.lookMs();
  }

  get isOverdue(): boolean {
    return this.lookMs() - this.begunMs > this.turn.settings.offerMatchingTimeoutMs;
  }

  private lookMs(): number {
    return this.turn.environment.stopwatchMs?.() ?? 0;
  }
}

function answerOffer(
  turn: Turn,
  offer: Offer,
  { matching, declines }: { matching: Matching; declines: Declines },
): void {
  const offerId = offer.id.value;
  turn.attributeTo({ actor: MESOS, correlationId: offerId, causationId: null });
  const answer = matching.answer(offer);
  if (answer.kind === 'decline') return declines.add(offerId, answer.refuseSeconds);
  turn.request({
    type: 'AcceptOffer',
    offerId,
    agentId: offer.agent_id.value,
    launches: answer.launches.map(({ task }) => task),
  });
}

/** The state of the turn as matching sees it. */
export function matchContextOf(turn: Turn): MatchContext {
  const { state, runtime, settings, nowMs, environment } = turn;
  const { instances } = state;
  return {
    waitingIn: (role) => instances.waiting.ofRole(role),
    mayLaunch: (app) => runtime.backoff.launchAllowedAt(app) <= nowMs,
    targetInstances: ({ app }) => state.apps.get(app.id)?.instances ?? app.instances,
    placed: (appId, field, notBefore) => instances.placedOf(appId, field, notBefore),
    enforcesRole: (groupId) => state.groups.get(groupId)?.enforceRole === true,
    tokens: () => runtime.tokens.available,
    launch: (launch) => decideLaunch(turn, launch),
    candidates: runtime.candidates,
    settings,
    ...(runtime.localRegion === undefined ? {} : { localRegion: runtime.localRegion }),
    nowMs,
    random: environment.random,
    statistics: runtime.statistics,
  };
}

function decideLaunch(turn: Turn, { instance, incarnation, agent, hostPorts, task }: Launch): void {
  const { id: instanceId, appId, app } = instance;
  turn.runtime.tokens.spend(1);
  turn.emit({
    type: 'InstanceProvisioned',
    data: { instanceId, appId, version: app.version, taskId: task.taskId, incarnation, agent, hostPorts },
  });
}

/** One call for all offers that are declined for the same time. */
class Declines {
  private readonly byDuration = new Map<number | undefined, string[]>();

  add(offerId: string, refuseSeconds: number | undefined): void {
    const ids = this.byDuration.get(refuseSeconds);
    if (ids === undefined) this.byDuration.set(refuseSeconds, [offerId]);
    else ids.push(offerId);
  }

  request(turn: Turn): void {
    for (const [refuseSeconds, offerIds] of this.byDuration) {
      turn.request({
        type: 'DeclineOffers',
        offerIds,
        ...(refuseSeconds === undefined ? {} : { refuseSeconds }),
      });
    }
  }
}
