import type { Turn } from '../deciding/turn.js';
import { sameValue } from '../definitions/deep-equal.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import { ancestorPaths, isDescendant, parentPath, ROOT } from '../ids/path-id.js';
import type { Group, State } from '../state/state.js';

/** What shall become of one group. */
export type GroupWish =
  { readonly type: 'store'; readonly group: Group } | { readonly type: 'delete'; readonly groupId: string };

/** One group of the tree before and after a change; `null` on the side where it does not exist. */
export interface GroupTransition {
  readonly groupId: string;
  readonly from: Group | null;
  readonly to: Group | null;
}

/**
 * Every group that a change touches, those above others first: what was asked for, the missing groups above it, and
 * groups without apps that give way to a new app of the same id (`spec/definitions.md` §3.4, §13.3).
 */
export function groupTransitions(
  turn: Turn,
  wishes: readonly GroupWish[],
  apps: readonly AppTransition[],
): readonly GroupTransition[] {
  if (wishes.length === 0 && apps.every((app) => fitsInto(turn.state, app))) return NOTHING_TO_DO;
  const targets = new Targets(turn);
  for (const wish of wishes) targets.add(wish);
  for (const { appId, from, to } of apps) if (from === null && to !== null) targets.addGroupsAbove(appId);
  giveWay(turn.state, targets, apps);
  return targets.transitions();
}

const NOTHING_TO_DO: readonly GroupTransition[] = [];

/** Nearly every app does: all groups above it are there, and none is where it goes. */
function fitsInto({ groups }: State, { appId, from, to }: AppTransition): boolean {
  if (from !== null || to === null) return true;
  return !groups.has(appId) && ancestorPaths(appId).every((id) => groups.has(id));
}

/** The groups as they shall be, where that is another way than they are. */
class Targets {
  readonly byId = new Map<string, Group | null>();
  private readonly state: State;
  private readonly enforceRole: boolean;

  constructor({ state, settings }: Turn) {
    this.state = state;
    this.enforceRole = settings.newGroupEnforceRole === 'top';
  }

  add(wish: GroupWish): void {
    if (wish.type === 'delete') {
      this.byId.set(wish.groupId, null);
    } else {
      this.byId.set(wish.group.id, wish.group);
      this.addGroupsAbove(wish.group.id);
    }
  }

  has(groupId: string): boolean {
    const target = this.byId.get(groupId);
    return target === undefined ? this.state.groups.has(groupId) : target !== null;
  }

  /** Brings the missing groups above a path into being. */
  addGroupsAbove(path: string): void {
    for (const id of ancestorPaths(path)) {
      if (this.has(id)) continue;
      const topLevel = parentPath(id) === ROOT;
      this.byId.set(id, { id, ...(topLevel ? { enforceRole: this.enforceRole } : {}), dependencies: [] });
    }
  }

  remove(groupId: string): void {
    if (this.state.groups.has(groupId)) this.byId.set(groupId, null);
    else this.byId.delete(groupId);
  }

  transitions(): GroupTransition[] {
    if (this.byId.size === 0) return [];
    const transitions: GroupTransition[] = [];
    for (const [groupId, to] of this.byId) {
      const from = this.state.groups.get(groupId) ?? null;
      if (!isSameGroup(from, to)) transitions.push({ groupId, from, to });
    }
    return transitions.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  }
}

/** Groups that no app lies in vanish where a new app has their id, with the groups in them. */
function giveWay(state: State, targets: Targets, apps: readonly AppTransition[]): void {
  for (const { appId, from, to } of apps) {
    if (from !== null || to === null || !targets.has(appId) || hasApps(state, apps, appId)) continue;
    for (const below of state.tree.groupsBelow(appId)) targets.remove(below);
    for (const id of targets.byId.keys()) if (isDescendant(id, appId)) targets.remove(id);
    targets.remove(appId);
  }
}

/** Whether an app lies below the group once the transitions are done. Rarely asked: only where ids clash. */
function hasApps(state: State, apps: readonly AppTransition[], groupId: string): boolean {
  if (apps.some(({ appId, to }) => to !== null && isDescendant(appId, groupId))) return true;
  for (const appId of state.tree.appsBelow(groupId)) if (isKept(apps, appId)) return true;
  return false;
}

const isKept = (apps: readonly AppTransition[], id: string): boolean =>
  !apps.some(({ appId, to }) => appId === id && to === null);

function isSameGroup(from: Group | null, to: Group | null): boolean {
  if (from === null || to === null) return from === to;
  return from.enforceRole === to.enforceRole && sameValue(from.dependencies, to.dependencies, 'dependencies');
}
