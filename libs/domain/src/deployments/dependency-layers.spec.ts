import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestorPaths, isDescendant, parentPath } from '../ids/path-id.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import { DependencyGraph, type TreeView } from './dependency-layers.js';

type Needs = Readonly<Record<string, readonly string[]>>;

/** A tree of apps and groups by what they depend on; the groups above apps exist without being named. */
function tree(apps: Needs, groups: Needs = {}): TreeView {
  const appIds = Object.keys(apps);
  const groupIds = [...new Set([...Object.keys(groups), ...appIds.flatMap(ancestorPaths), '/'])];
  return {
    app: (id) =>
      apps[id] === undefined ? undefined : ({ id, dependencies: apps[id] } as unknown as AppDefinition),
    group: (id) => (groupIds.includes(id) ? { id, dependencies: groups[id] ?? [] } : undefined),
    hasDependentGroups: Object.values(groups).some((needs) => needs.length > 0),
    appsIn: (id) => appIds.filter((appId) => parentPath(appId) === id),
    groupsIn: (id) => groupIds.filter((groupId) => groupId !== '/' && parentPath(groupId) === id),
  };
}

/** The edges as the contract words them (`spec/definitions.md` §13.5), app by app. */
function plainEdges(apps: Needs, groups: Needs): Map<string, Set<string>> {
  const ids = Object.keys(apps);
  const below = (group: string) => ids.filter((id) => isDescendant(id, group));
  const edges = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const id of ids) {
    for (const path of apps[id] ?? []) {
      for (const other of path in apps ? [path] : below(path)) edges.get(id)?.add(other);
    }
  }
  for (const [group, needs] of Object.entries(groups)) {
    for (const path of needs.filter((need) => !(need in apps))) {
      for (const id of below(group)) for (const other of below(path)) edges.get(id)?.add(other);
    }
  }
  return edges;
}

/** The longest chain by trying all of them; `undefined` for a cycle. */
function plainLayer(id: string, edges: Map<string, Set<string>>, chain: readonly string[] = []) {
  if (chain.includes(id)) return undefined;
  let layer = 1;
  for (const next of edges.get(id) ?? []) {
    const below: number | undefined = plainLayer(next, edges, [...chain, id]);
    if (below === undefined) return undefined;
    layer = Math.max(layer, below + 1);
  }
  return layer;
}

describe('layers of dependencies', () => {
  it.each([
    ['an app that waits for nobody', { '/a': [] }, {}, '/a', 1],
    ['an unknown id is no dependency', { '/a': ['/nothing'] }, {}, '/a', 1],
    ['a chain', { '/a': ['/b'], '/b': ['/c'], '/c': [] }, {}, '/a', 3],
    ['the longest of several chains', { '/a': ['/b', '/c'], '/b': ['/c'], '/c': [] }, {}, '/a', 3],
    ['an app for a group', { '/a': ['/g'], '/g/x': [], '/g/y/z': ['/g/x'] }, {}, '/a', 3],
    ['an empty group', { '/a': ['/g'] }, { '/g': [] }, '/a', 1],
    ['a group for a group', { '/w/a': [], '/d/b': [] }, { '/w': ['/d'] }, '/w/a', 2],
    ['groups above groups count too', { '/p/w/a': [], '/d/b': [] }, { '/p': ['/d'] }, '/p/w/a', 2],
    ['a group for an app has no effect', { '/w/a': [], '/b': [] }, { '/w': ['/b'] }, '/w/a', 1],
    [
      'three tiers of groups',
      { '/w/a': [], '/s/b': [], '/d/c': [] },
      { '/w': ['/s'], '/s': ['/d'] },
      '/w/a',
      3,
    ],
  ] as const)('%s', (...[, apps, groups, id, layer]) => {
    expect(new DependencyGraph(tree(apps, groups)).layerOf(id)).toBe(layer);
  });

  it.each([
    ['oneself', { '/c': ['/c'] }, {}, '/c'],
    ['one’s own group', { '/g/x': ['/g'] }, {}, '/g/x'],
    ['an ancestor', { '/g/x': ['/'] }, {}, '/g/x'],
    ['a loop through a group', { '/c': ['/a'], '/a': ['/g'], '/g/y': ['/c'] }, {}, '/c'],
    ['two groups', { '/w/a': [], '/d/b': [] }, { '/w': ['/d'], '/d': ['/w'] }, '/w/a'],
    ['a group and one in it', { '/p/d/x': [] }, { '/p': ['/p/d'] }, '/p/d/x'],
    ['a group and the one around it', { '/p/d/x': [] }, { '/p/d': ['/p'] }, '/p/d/x'],
    ['an app against the group of its group', { '/w/a': [], '/d/b': ['/w/a'] }, { '/w': ['/d'] }, '/w/a'],
  ] as const)('depending on %s is a cycle', (_, apps, groups, id) => {
    expect(new DependencyGraph(tree(apps, groups)).layerOf(id)).toBeUndefined();
    expect(new DependencyGraph(tree(apps, groups)).isCyclicBelow(parentPath(id))).toBe(
      Object.keys(groups).length > 0,
    );
  });

  it('follows chains of any length', () => {
    const ids = Array.from({ length: 50_000 }, (_, index) => `/a${index}`);
    const apps = Object.fromEntries(ids.map((id, index) => [id, ids.slice(index + 1, index + 2)]));
    const view = tree({});
    const app = (id: string) => ({ id, dependencies: apps[id] ?? [] }) as unknown as AppDefinition;
    expect(new DependencyGraph({ ...view, app }).layerOf('/a0')).toBe(50_000);
  });

  it('agrees with the plain reading of the contract on any tree', () => {
    const ids = ['/a', '/b', '/g/a', '/g/b', '/g/h/a', '/k/a', '/k/m/b'];
    const groupIds = ['/', '/g', '/g/h', '/k', '/k/m'];
    const needs = fc.subarray([...ids, ...groupIds, '/nothing'], { maxLength: 2 });
    const record = (keys: readonly string[]) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, needs])), {
        requiredKeys: [],
      }) as fc.Arbitrary<Needs>;
    fc.assert(
      fc.property(record(ids), record(groupIds), (apps, groups) => {
        const edges = plainEdges(apps, groups);
        for (const id of Object.keys(apps)) {
          const graph = new DependencyGraph(tree(apps, groups));
          expect(graph.layerOf(id), id).toBe(plainLayer(id, edges));
        }
      }),
      { numRuns: 500 },
    );
  });
});
