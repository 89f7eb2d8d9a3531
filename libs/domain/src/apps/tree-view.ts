import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import type { TreeView } from '../deployments/dependency-layers.js';
import { parentPath, ROOT } from '../ids/path-id.js';
import type { Group, State } from '../state/state.js';
import type { GroupTransition } from './group-transitions.js';

/** The tree as it will be, without copying it: the stored one with the transitions laid over it. */
export function treeView(
  state: State,
  transitions: readonly AppTransition[],
  groups: readonly GroupTransition[],
): TreeView {
  const changedApps = new Map<string, AppDefinition | null>();
  for (const { appId, to } of transitions) changedApps.set(appId, to);
  const changedGroups = new Map<string, Group | null>();
  for (const { groupId, to } of groups) changedGroups.set(groupId, to);
  // Few changes ever make anybody look into a group.
  let newApps: Children | undefined;
  let newGroups: Children | undefined;

  return {
    app: (appId) => {
      const app = changedApps.get(appId);
      return app === undefined ? state.apps.get(appId) : (app ?? undefined);
    },
    group: (groupId) => {
      const group = changedGroups.get(groupId);
      return group === undefined ? state.groups.get(groupId) : (group ?? undefined);
    },
    hasDependentGroups:
      state.tree.hasDependentGroups || groups.some(({ to }) => to !== null && to.dependencies.length > 0),
    *appsIn(groupId) {
      for (const appId of state.tree.appsIn(groupId)) if (changedApps.get(appId) !== null) yield appId;
      newApps ??= childrenOf(transitions.flatMap(({ appId, from, to }) => (isNew(from, to) ? appId : [])));
      yield* newApps.get(groupId) ?? [];
    },
    *groupsIn(groupId) {
      for (const id of state.tree.groupsIn(groupId)) if (changedGroups.get(id) !== null) yield id;
      newGroups ??= childrenOf(groups.flatMap(({ groupId: id, from, to }) => (isNew(from, to) ? id : [])));
      yield* newGroups.get(groupId) ?? [];
    },
  };
}

/** Whether an app lies anywhere below a group of the tree. */
export function hasAppsBelow(tree: TreeView, groupId: string): boolean {
  const waiting = [groupId];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const _ of tree.appsIn(next)) return true;
    for (const below of tree.groupsIn(next)) waiting.push(below);
  }
  return false;
}

const isNew = (from: unknown, to: unknown): boolean => from === null && to !== null;

/** Ids by the group they lie in. */
type Children = ReadonlyMap<string, readonly string[]>;

function childrenOf(ids: readonly string[]): Children {
  const children = new Map<string, string[]>();
  for (const id of ids) {
    if (id === ROOT) continue;
    const siblings = children.get(parentPath(id));
    if (siblings === undefined) children.set(parentPath(id), [id]);
    else siblings.push(id);
  }
  return children;
}
