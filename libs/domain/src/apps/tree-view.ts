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
  const newApps = childrenOf(transitions.flatMap(({ appId, from, to }) => (isNew(from, to) ? appId : [])));
  const newGroups = childrenOf(groups.flatMap(({ groupId, from, to }) => (isNew(from, to) ? groupId : [])));

  return {
    app: (appId) => {
      const app = changedApps.get(appId);
      return app === undefined ? state.apps.get(appId) : (app ?? undefined);
    },
    group: (groupId) => {
      const group = changedGroups.get(groupId);
      return group === undefined ? state.groups.get(groupId) : (group ?? undefined);
    },
    *appsIn(groupId) {
      for (const appId of state.tree.appsIn(groupId)) if (changedApps.get(appId) !== null) yield appId;
      yield* newApps.get(groupId) ?? [];
    },
    *groupsIn(groupId) {
      for (const id of state.tree.groupsIn(groupId)) if (changedGroups.get(id) !== null) yield id;
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

/** The ids by the group they lie in. */
function childrenOf(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const id of ids) {
    if (id === ROOT) continue;
    const siblings = children.get(parentPath(id));
    if (siblings === undefined) children.set(parentPath(id), [id]);
    else siblings.push(id);
  }
  return children;
}
