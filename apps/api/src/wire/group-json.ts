import type { Group, State, Subtree } from '#domain';
import { parentPath, ROOT } from '#domain';
import { writeAppJson } from '#bus-events';
import type { GroupEmbeds } from './embeds.js';

/** A tree of groups to print: the present one, or one of another time. */
export interface PrintableTree {
  /** Every group carries the version of the whole tree (`spec/definitions.md` §13.4). */
  readonly version: string;
  group(groupId: string): Group | undefined;
  /** Ids of the groups directly in a group, in text order. */
  groupsIn(groupId: string): readonly string[];
  /** JSON texts of the apps directly in a group, in the order of their ids. */
  appsIn(groupId: string): readonly string[];
}

/** GroupInfo (`spec/rest-api.md` §9.1): the four lists are always there, empty where they are not embedded. */
export function writeGroupJson(tree: PrintableTree, group: Group, embeds: GroupEmbeds): string {
  const apps = embeds.apps ? tree.appsIn(group.id) : [];
  const groups: string[] = [];
  for (const id of embeds.groups ? tree.groupsIn(group.id) : []) {
    const nested = tree.group(id);
    if (nested !== undefined) groups.push(writeGroupJson(tree, nested, embeds));
  }
  const enforceRole = group.enforceRole === undefined ? '' : `,"enforceRole":${group.enforceRole}`;
  return (
    `{"id":${JSON.stringify(group.id)},"version":${JSON.stringify(tree.version)},` +
    `"apps":[${apps.join(',')}],"pods":[],"groups":[${groups.join(',')}],` +
    `"dependencies":${JSON.stringify(group.dependencies)}${enforceRole}}`
  );
}

/** The present tree; `writeApp` prints one app. */
export function presentTree(state: State, writeApp: (appId: string) => string): PrintableTree {
  return {
    version: state.rootVersion,
    group: (groupId) => state.groups.get(groupId),
    groupsIn: (groupId) => [...state.tree.groupsIn(groupId)].toSorted(),
    appsIn: (groupId) => [...state.tree.appsIn(groupId)].toSorted().map(writeApp),
  };
}

/** A tree of another time: its apps have nothing but their definitions. */
export function formerTree({ groups, apps }: Subtree, version: string): PrintableTree {
  const groupsByParent = byParent([...groups.keys()].filter((id) => id !== ROOT));
  const appsByParent = byParent(apps.keys());
  return {
    version,
    group: (groupId) => groups.get(groupId),
    groupsIn: (groupId) => groupsByParent.get(groupId)?.toSorted() ?? [],
    appsIn: (groupId) =>
      (appsByParent.get(groupId)?.toSorted() ?? []).flatMap((appId) => {
        const app = apps.get(appId);
        return app === undefined ? [] : writeAppJson(app);
      }),
  };
}

function byParent(ids: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const id of ids) {
    const siblings = children.get(parentPath(id));
    if (siblings === undefined) children.set(parentPath(id), [id]);
    else siblings.push(id);
  }
  return children;
}
