import { advanceDeployment } from '../deployments/execution/advance-deployments.js';
import { resumeHealthChecks } from '../instances/health/registration.js';
import { sendKills } from '../instances/kill-service.js';
import { answerOffers } from './answer-offers.js';
import { askForOffers } from './ask-for-offers.js';
import { reconcileTouched } from './reconcile.js';
import type { Turn } from './turn.js';

/**
 * Ends a turn: what follows from the decisions is decided as well, offers are answered, kills are sent, and
 * Mesos is told which offers are wanted. After this the turn can be committed.
 */
export function settle(turn: Turn): void {
  reconcileTouched(turn);
  answerOffers(turn);
  reconcileTouched(turn);
  sendKills(turn);
  askForOffers(turn);
}

/**
 * The first turn of a term: says who leads, then looks at everything once, so that whatever the former leader
 * left half-done simply goes on (`design.md` §1).
 */
export function resume(turn: Turn, leader: { node: string; epoch: number }): void {
  turn.runtime.learn(turn.state, turn.nowMs);
  turn.emit({ type: 'LeadershipAcquired', data: leader });
  resumeHealthChecks(turn);
  touchEverything(turn);
  for (const deploymentId of turn.state.deployments.keys()) advanceDeployment(turn, deploymentId);
  settle(turn);
}

/** Lets the next reconciliation look at every app, stored or being removed. */
export function touchEverything(turn: Turn): void {
  const cause = turn.presentCause;
  for (const appId of turn.state.apps.keys()) turn.touchedApps.set(appId, cause);
  for (const appId of turn.state.instances.appIds()) turn.touchedApps.set(appId, cause);
}
