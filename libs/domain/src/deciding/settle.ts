import { resumeHealthChecks } from '../instances/health/registration.js';
import { sendKills } from '../instances/kill-service.js';
import type { EventData } from '../events/domain-event.js';
import type { State } from '../state/state.js';
import { answerOffers, keepOffersWaiting } from './answer-offers.js';
import { askForOffers } from './ask-for-offers.js';
import { reconcileTouched } from './reconcile.js';
import type { Turn } from './turn.js';

/**
 * Ends a turn: what follows from the decisions is decided as well, as far as the turn has time for it; kills are sent.
 * When nothing is left to decide, offers are answered and Mesos is told which are wanted: an instance that is about to
 * be given up must not be launched. After this the turn can be committed; if the runtime still has work, another turn
 * must follow.
 */
export function settle(turn: Turn): void {
  const allDecided = reconcileTouched(turn);
  if (allDecided) answerOffers(turn);
  else keepOffersWaiting(turn);
  sendKills(turn);
  if (allDecided) askForOffers(turn);
}

/**
 * The first turn of a term: says who leads, then begins to look at everything once, so that whatever the former leader
 * left half-done simply goes on (`design.md` §1).
 */
export function resume(turn: Turn, leader: EventData['LeadershipAcquired']): void {
  turn.runtime.learn(turn.state, turn.nowMs);
  turn.emit({ type: 'LeadershipAcquired', data: leader });
  resumeHealthChecks(turn);
  touchEverything(turn);
  settle(turn);
}

/** Lets this turn and those that follow look at every app that is stored, has instances or is part of a deployment. */
export function touchEverything(turn: Turn): void {
  turn.runtime.touched.addAll(everyApp(turn.state), turn.presentCause);
}

/** Read while the state goes on changing: what comes later is touched by its own events. */
function* everyApp({ apps, instances, deployments }: State): Iterable<string> {
  yield* apps.keys();
  for (const appId of instances.appIds()) if (!apps.has(appId)) yield appId;
  for (const { affectedApps } of deployments.values()) {
    for (const appId of affectedApps) {
      if (!apps.has(appId) && instances.idsOf(appId).size === 0) yield appId;
    }
  }
}
