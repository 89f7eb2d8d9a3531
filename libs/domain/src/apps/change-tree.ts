import type { Accepted, Planned, Refusal } from '../commands/command.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import type { Violation } from '../definitions/result.js';
import type { Turn } from '../deciding/turn.js';
import { computePlan, type AppTransition } from '../deployments/compute-plan.js';
import { DependencyGraph } from '../deployments/dependency-layers.js';
import { affectedApps, type Plan } from '../deployments/plan.js';
import type { Deployment } from '../state/state.js';
import type { Timestamp } from '../time/timestamp.js';
import { groupTransitions, type GroupTransition, type GroupWish } from './group-transitions.js';
import { checkTree, type TreeDraft } from './tree-rules.js';
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
  /** What shall become of groups; those above new apps and groups need not be wished for. */
  readonly groups?: readonly GroupWish[];
  /** Violations of the tree rules that reading the request brought to light. */
  readonly violations?: readonly Violation[];
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

const NO_GROUPS: readonly GroupWish[] = [];

/**
 * Stores a new tree and starts the deployment that leads to it, or changes nothing (`spec/scheduling.md`
 * §7.1, §7.5). The new definitions are visible before they are rolled out. The limit of running deployments comes
 * before everything that the new tree could be refused for.
 */
export function changeTree(turn: Turn, change: TreeChange): Accepted | Refusal {
  const version = nextRootVersion(turn.state.rootVersion, turn.nowMs);
  const refuse = (refusal: Refusal, plan?: Plan): Refusal =>
    recordRefusal(turn, { groupId: change.groupId, version, plan }, refusal);

  const excess = tooManyDeployments(turn);
  if (excess !== undefined) return refuse(excess);
  const draft = draftOf(turn, change, version);
  const violation = checkTree(draft, change.violations);
  if (violation !== undefined) return refuse(violation);
  const plan = planOf(turn, draft, version);
  const blockers = conflictsWith(turn, plan);
  if (blockers.length > 0 && !change.force) {
    const deploymentIds = blockers.map((deployment) => deployment.plan.id);
    return refuse({ kind: 'refused', code: 'AppLocked', deploymentIds }, plan);
  }
  for (const blocker of blockers) cancelDeployment(turn, blocker);
  store(turn, change, draft, plan);
  return { kind: 'accepted', deploymentId: plan.id, version, plan };
}

/** The plan that a change would lead to; nothing is stored and nobody is told (`spec/rest-api.md` §9.5). */
export function planTreeChange(turn: Turn, change: TreeChange): Planned | Refusal {
  const version = nextRootVersion(turn.state.rootVersion, turn.nowMs);
  const draft = draftOf(turn, change, version);
  return checkTree(draft, change.violations) ?? { kind: 'planned', plan: planOf(turn, draft, version) };
}

/** Stops a deployment wherever it stands; instances keep goals and versions. */
export function cancelDeployment(turn: Turn, deployment: Deployment): void {
  turn.emit({ type: 'DeploymentFailed', data: { plan: deployment.plan, reason: CANCELLED } });
}

/**
 * Tells subscribers that a change below `groupId` was refused before there was anything to plan. For the caller too the
 * limit of running deployments comes first.
 */
export function refuseChange(turn: Turn, groupId: string, refusal: Refusal): Refusal {
  const version = nextRootVersion(turn.state.rootVersion, turn.nowMs);
  return recordRefusal(turn, { groupId, version }, tooManyDeployments(turn) ?? refusal);
}

function tooManyDeployments({ state, settings }: Turn): Refusal | undefined {
  const limit = settings.maxRunningDeployments;
  return state.deployments.size < limit ? undefined : { kind: 'refused', code: 'TooManyDeployments', limit };
}

function draftOf(turn: Turn, change: TreeChange, version: Timestamp): TreeDraft {
  const apps = change.wishes.map((wish) => transitionOf(turn, wish, version));
  const groups = groupTransitions(turn, change.groups ?? NO_GROUPS, apps);
  const target = treeView(turn.state, apps, groups);
  return { apps, groups, target, dependencies: new DependencyGraph(target) };
}

function planOf(turn: Turn, { apps, dependencies }: TreeDraft, version: Timestamp): Plan {
  return computePlan({ id: turn.environment.newUuid(), version, transitions: apps, dependencies });
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
    if (haveCommon(deployment.affectedApps, affected)) conflicts.push(deployment);
  }
  return conflicts;
}

/** Goes through the smaller set: a change of one app need not look at the thousands of a big deployment. */
function haveCommon(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  for (const id of few) if (many.has(id)) return true;
  return false;
}

/** Records a refusal for the subscribers; `plan` is what a lock kept from starting (`spec/rest-api.md` §5.3). */
function recordRefusal(
  turn: Turn,
  { groupId, version, plan }: { groupId: string; version: Timestamp; plan?: Plan | undefined },
  refused: Refusal,
): Refusal {
  const reason = reasonOf(refused);
  turn.emit({
    type: 'RootGroupChangeRefused',
    data: { groupId, version, reason, ...(plan === undefined ? {} : { plan }) },
  });
  return refused;
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

/** Groups come before what lies in them and go after it. */
function store(turn: Turn, change: TreeChange, { apps, groups }: TreeDraft, plan: Plan): void {
  const { instancesToKill, uri, groupId } = change;
  const unchanged = uri === undefined ? undefined : unchangedApp(apps);
  const touched = groups.map(({ groupId: id, to: target }) => ({ groupId: id, target }));
  turn.emit({
    type: 'DeploymentStarted',
    data: {
      plan,
      groupId,
      ...(touched.length === 0 ? {} : { groups: touched }),
      ...(instancesToKill === undefined ? {} : { instancesToKill }),
      ...(uri === undefined || unchanged === undefined ? {} : { posted: { app: unchanged, uri } }),
    },
  });
  for (const { from, to } of groups) if (to !== null) storeGroup(turn, from === null, to);
  for (const transition of apps) storeTransition(turn, transition, uri);
  for (const { groupId: id, to } of groups.toReversed()) {
    if (to === null) turn.emit({ type: 'GroupDeleted', data: { groupId: id } });
  }
  if (plan.steps.length === 0) turn.emit({ type: 'DeploymentSucceeded', data: { plan, from: 0 } });
}

/** The app of a change that is stored as it is wished for already: no event of its own tells that it was posted. */
function unchangedApp(apps: readonly AppTransition[]): AppDefinition | undefined {
  return (
    apps.find(({ from, to, change }) => from !== null && to !== null && change === 'none')?.to ?? undefined
  );
}

function storeGroup(turn: Turn, isNew: boolean, { id, enforceRole, dependencies }: GroupTarget): void {
  turn.emit({
    type: isNew ? 'GroupCreated' : 'GroupUpdated',
    data: {
      groupId: id,
      ...(enforceRole === undefined ? {} : { enforceRole }),
      ...(isNew && dependencies.length === 0 ? {} : { dependencies }),
    },
  });
}

type GroupTarget = NonNullable<GroupTransition['to']>;

function storeTransition(turn: Turn, transition: AppTransition, uri: string | undefined): void {
  const { appId, from, to, change } = transition;
  const origin = uri === undefined ? {} : { uri };
  if (to === null) {
    if (from !== null) turn.emit({ type: 'AppDeleted', data: { appId } });
  } else if (from === null) {
    turn.emit({ type: 'AppCreated', data: { app: to, ...origin } });
  } else if (change !== 'none') {
    turn.emit({ type: 'AppUpdated', data: { app: to, change, ...origin } });
  }
}
