import type { Accepted, Refusal } from '../commands/command.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import type { Turn } from '../deciding/turn.js';
import { computePlan, type AppTransition } from '../deployments/compute-plan.js';
import { affectedApps, type Plan } from '../deployments/plan.js';
import type { Deployment } from '../state/state.js';
import type { Timestamp } from '../time/timestamp.js';
import { createParentGroups, removeGroupReplacedBy } from './groups.js';
import { checkTree } from './tree-rules.js';
import { treeView } from './tree-view.js';
import { nextRootVersion, stamp, stampForRestart } from './versioning.js';

/** What shall become of one app. */
export type Wish =
  | { readonly type: 'store'; readonly app: UnversionedApp }
  | { readonly type: 'restart'; readonly appId: string }
  | { readonly type: 'delete'; readonly appId: string };

/** A change of the tree: all wishes together or none. */
export interface TreeChange {
  readonly wishes: readonly Wish[];
  readonly force: boolean;
  /** Parent of what is touched; printed in `group_change_success`. */
  readonly groupId: string;
  /** Request path when one single app was posted: leads to an `api_post_event`. */
  readonly uri?: string;
  /** Victims of kill-and-scale. */
  readonly instancesToKill?: readonly string[];
}

/** Why a cancelled deployment failed; the text is contractual. */
const CANCELLED = 'The upgrade has been cancelled';

/**
 * Stores a new tree and starts the deployment that leads to it, or changes nothing (`spec/scheduling.md`
 * §7.1, §7.5). The new definitions are visible before they are rolled out.
 */
export function changeTree(turn: Turn, change: TreeChange): Accepted | Refusal {
  const { state, settings } = turn;
  const version = nextRootVersion(state.rootVersion, turn.nowMs);
  const transitions = change.wishes.map((wish) => transitionOf(turn, wish, version));
  const target = treeView(state, transitions);
  const refuse = recordingRefusals(turn, change, version);

  const violation = checkTree(state, transitions, target);
  if (violation !== undefined) return refuse(violation);
  if (state.deployments.size >= settings.maxRunningDeployments) {
    const limit = settings.maxRunningDeployments;
    return refuse({ kind: 'refused', code: 'TooManyDeployments', limit });
  }
  const plan = computePlan({ id: turn.environment.newUuid(), version, transitions, target });
  const blockers = conflictsWith(turn, plan);
  if (blockers.length > 0 && !change.force) {
    const deploymentIds = blockers.map((deployment) => deployment.plan.id);
    return refuse({ kind: 'refused', code: 'AppLocked', deploymentIds }, plan);
  }
  for (const blocker of blockers) cancelDeployment(turn, blocker);
  store(turn, change, plan, transitions);
  return { kind: 'accepted', deploymentId: plan.id, version, plan };
}

/** Stops a deployment wherever it stands; instances keep goals and versions. */
export function cancelDeployment(turn: Turn, deployment: Deployment): void {
  turn.emit({ type: 'DeploymentFailed', data: { plan: deployment.plan, reason: CANCELLED } });
}

function transitionOf(turn: Turn, wish: Wish, version: Timestamp): AppTransition {
  const { apps } = turn.state;
  if (wish.type === 'delete') {
    return { appId: wish.appId, from: apps.get(wish.appId) ?? null, to: null, change: 'configuration' };
  }
  const appId = wish.type === 'store' ? wish.app.id : wish.appId;
  const from = apps.get(appId);
  const stamped =
    wish.type === 'store'
      ? stamp(wish.app, from, version)
      : stampForRestart(apps.get(appId) as AppDefinition, version);
  return { appId, from: from ?? null, to: stamped.app, change: stamped.change };
}

function conflictsWith(turn: Turn, plan: Plan): Deployment[] {
  const affected = affectedApps(plan);
  const conflicts: Deployment[] = [];
  for (const deployment of turn.state.deployments.values()) {
    for (const appId of deployment.affectedApps) {
      if (!affected.has(appId)) continue;
      conflicts.push(deployment);
      break;
    }
  }
  return conflicts;
}

/** Records a refusal for the subscribers; `plan` is what a lock kept from starting (`spec/rest-api.md` §5.3). */
function recordingRefusals(turn: Turn, { groupId }: TreeChange, version: Timestamp) {
  return (refused: Refusal, plan?: Plan): Refusal => {
    const reason = reasonOf(refused);
    turn.emit({
      type: 'RootGroupChangeRefused',
      data: { groupId, version, reason, ...(plan === undefined ? {} : { plan }) },
    });
    return refused;
  };
}

function reasonOf(refusal: Refusal): string {
  switch (refusal.code) {
    case 'AppLocked':
      return 'App is locked by one or more deployments.';
    case 'TooManyDeployments':
      return `Max number (${refusal.limit}) of running deployments is achieved.`;
    case 'Invalid':
      return refusal.details?.flatMap((detail) => detail.errors).join(' ') ?? refusal.message;
    default:
      return refusal.code;
  }
}

function store(turn: Turn, change: TreeChange, plan: Plan, transitions: readonly AppTransition[]): void {
  const { instancesToKill, uri, groupId } = change;
  turn.emit({
    type: 'DeploymentStarted',
    data: { plan, groupId, ...(instancesToKill === undefined ? {} : { instancesToKill }) },
  });
  for (const transition of transitions) storeTransition(turn, transition, uri);
  if (plan.steps.length === 0) turn.emit({ type: 'DeploymentSucceeded', data: { plan, from: 0 } });
}

function storeTransition(turn: Turn, transition: AppTransition, uri: string | undefined): void {
  const { appId, from, to, change } = transition;
  const origin = uri === undefined ? {} : { uri };
  if (to === null) {
    if (from !== null) turn.emit({ type: 'AppDeleted', data: { appId } });
  } else if (from === null) {
    removeGroupReplacedBy(turn, appId);
    createParentGroups(turn, appId);
    turn.emit({ type: 'AppCreated', data: { app: to, ...origin } });
  } else if (change !== 'none') {
    turn.emit({ type: 'AppUpdated', data: { app: to, change, ...origin } });
  }
}
