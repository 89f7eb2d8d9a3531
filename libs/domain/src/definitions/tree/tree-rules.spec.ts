import { describe, expect, it } from 'vitest';
import { isDescendant } from '../../ids/path-id.js';
import { appIdentityViolations } from './tree-rules.js';

function tree(apps: readonly string[], pods: readonly string[] = []) {
  return {
    hasPod: (path: string) => pods.includes(path),
    hasAppAbove: (path: string) => apps.some((id) => isDescendant(path, id)),
    hasPodAbove: (path: string) => pods.some((id) => isDescendant(path, id)),
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
