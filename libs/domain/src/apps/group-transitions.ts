import type { Turn } from '../deciding/turn.js';
import { sameValue } from '../definitions/deep-equal.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import { atOrAbove, parentPath, ROOT } from '../ids/path-id.js';
import type { Group, State } from '../state/state.js';

/** What shall become of one group. */
export type GroupWish =
  | { readonly type: 'store'; readonly group: Group }
  /** It shall be there: created like a group that something comes to lie in, left alone if it is. */
  | { readonly type: 'create'; readonly groupId: string }
  | { readonly type: 'delete'; readonly groupId: string };

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
  for (const { appId, from, to } of apps)
    if (from === null && to !== null) targets.addMissing(parentPath(appId));
  giveWay(turn.state, targets, apps);
  return targets.transitions();
}

const NOTHING_TO_DO: readonly GroupTransition[] = [];

/** Nearly every app does: its group is there, thus all above it, and none is where it goes. */
function fitsInto({ groups }: State, { appId, from, to }: AppTransition): boolean {
  if (from !== null || to === null) return true;
  return !groups.has(appId) && groups.has(parentPath(appId));
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
    switch (wish.type) {
      case 'store':
        this.byId.set(wish.group.id, wish.group);
        return this.addMissing(parentPath(wish.group.id));
      case 'create':
        return this.addMissing(wish.groupId);
      case 'delete':
        this.byId.set(wish.groupId, null);
    }
  }

  has(groupId: string): boolean {
    const target = this.byId.get(groupId);
    return target === undefined ? this.state.groups.has(groupId) : target !== null;
  }

  /** Brings a group into being, with those above it, unless it is there; then all those above it are. */
  addMissing(groupId: string): void {
    for (let id = groupId; !this.has(id); id = parentPath(id)) {
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
  const clashing = apps.filter(({ appId, from, to }) => from === null && to !== null && targets.has(appId));
  if (clashing.length === 0) return;
  const isInhabited = inhabitedGroups(state, apps);
  const taken = new Set(clashing.flatMap(({ appId }) => (isInhabited(appId) ? [] : appId)));
  for (const appId of taken) for (const id of state.tree.groupsBelow(appId)) targets.remove(id);
  const vanishes = atOrAbove((id) => taken.has(id));
  for (const id of [...targets.byId.keys(), ...taken]) if (vanishes(id)) targets.remove(id);
}

/** Tells in which groups an app lies, at any depth, once the transitions are done. */
function inhabitedGroups(state: State, apps: readonly AppTransition[]): (groupId: string) => boolean {
  const leaving = new Set<string>();
  const inhabited = new Set<string>();
  for (const { appId, to } of apps) {
    if (to === null) {
      leaving.add(appId);
      continue;
    }
    for (let id = parentPath(appId); !inhabited.has(id); id = parentPath(id)) inhabited.add(id);
  }
  return (groupId) => {
    if (inhabited.has(groupId)) return true;
    for (const appId of state.tree.appsBelow(groupId)) if (!leaving.has(appId)) return true;
    return false;
  };
}

function isSameGroup(from: Group | null, to: Group | null): boolean {
  if (from === null || to === null) return from === to;
  return from.enforceRole === to.enforceRole && sameValue(from.dependencies, to.dependencies, 'dependencies');
}
