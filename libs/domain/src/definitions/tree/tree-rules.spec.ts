import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDescendant } from '../../ids/path-id.js';
import { appIdentityViolations, findDependencyCycle, type DependencyGraph } from './tree-rules.js';

function tree(apps: readonly string[], pods: readonly string[] = []) {
  return {
    hasApp: (path: string) => apps.includes(path),
    hasPod: (path: string) => pods.includes(path),
    groupHasServices: (path: string) => [...apps, ...pods].some((id) => isDescendant(id, path)),
  };
}

describe('identity across kinds', () => {
  const groups = 'Groups and Applications may not have the same identifier.';
  it.each([
    ['/a', [], [], []],
    ['/a/b', ['/a/c'], ['/d'], []],
    ['/a', [], ['/a'], ['Applications and Pods may not share the same id']],
    ['/a', ['/a/b'], [], [groups]],
    ['/a', [], ['/a/b/c'], [groups]],
    ['/a/b/c', ['/a'], [], [groups]],
    ['/a/b/c', [], ['/a/b'], ['Groups and Pods may not have the same identifier.']],
  ])('%s beside apps %j and pods %j', (id, apps, pods, errors) => {
    expect(appIdentityViolations(id, tree(apps, pods))).toEqual(
      errors.length === 0 ? [] : [{ path: '/', errors }],
    );
  });
});

function graph(edges: Readonly<Record<string, readonly string[]>>): DependencyGraph {
  const apps = Object.keys(edges);
  return {
    dependenciesOf: (id) => edges[id] ?? [],
    appsAt: (path) => apps.filter((id) => id === path || isDescendant(id, path)),
  };
}

describe('dependency cycles', () => {
  const edges = { '/a': ['/b'], '/b': ['/g'], '/g/x': [], '/g/y': ['/c'], '/c': [], '/pod': ['/unknown'] };
  it.each([
    ['none', '/c', [], undefined],
    ['onto leaves', '/new', ['/a', '/unknown'], undefined],
    ['oneself', '/c', ['/c'], ['/c', '/c']],
    ['own group', '/g/x', ['/g'], ['/g/x', '/g/x']],
    ['an ancestor', '/g/x', ['/'], ['/g/x', '/g/x']],
    ['a loop through a group', '/c', ['/a'], ['/c', '/a', '/b', '/g/y', '/c']],
    ['a new app in a group that others need', '/g/new', ['/a'], ['/g/new', '/a', '/b', '/g/new']],
    ['a group of apps that leads back', '/c', ['/g'], ['/c', '/g/y', '/c']],
  ])('%s', (_, id, dependencies, expected) => {
    expect(findDependencyCycle(id, dependencies, graph(edges))).toEqual(expected);
  });

  it('finds a cycle exactly when the new edges close one', () => {
    const ids = ['/a', '/b', '/c', '/d', '/e'];
    const needs = fc.subarray(ids);
    fc.assert(
      fc.property(fc.tuple(needs, needs, needs, needs), needs, (others, own) => {
        // Only edges to later apps: the stored graph has no cycle.
        const stored = Object.fromEntries(
          ids.slice(1).map((id, index) => [id, (others[index] ?? []).filter((other) => other > id)]),
        );
        const reaches = (from: string): boolean =>
          from === '/a' || (stored[from] ?? []).some((next) => reaches(next));
        const withBackEdge = { ...stored, '/e': ['/a'] };
        const reachesBack = (from: string): boolean =>
          from === '/a' || (withBackEdge[from as '/e'] ?? []).some((next: string) => reachesBack(next));
        expect(findDependencyCycle('/a', own, graph(stored)) !== undefined).toBe(own.some(reaches));
        expect(findDependencyCycle('/a', own, graph(withBackEdge)) !== undefined).toBe(own.some(reachesBack));
      }),
    );
  });
});
