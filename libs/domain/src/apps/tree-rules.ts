import type { Refusal } from '../commands/command.js';
import type { Violation } from '../definitions/result.js';
import {
  appIdentityViolations,
  CYCLIC_DEPENDENCIES,
  SAME_IDENTIFIER,
  type ServiceTree,
} from '../definitions/tree/tree-rules.js';
import { Violations } from '../definitions/violations.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import type { DependencyGraph, TreeView } from '../deployments/dependency-layers.js';
import { atOrAbove, parentPath, ROOT } from '../ids/path-id.js';
import type { GroupTransition } from './group-transitions.js';
import { hasAppsBelow } from './tree-view.js';

/** A change of the tree before it is judged: what changes, and the tree it leads to. */
export interface TreeDraft {
  readonly apps: readonly AppTransition[];
  readonly groups: readonly GroupTransition[];
  readonly target: TreeView;
  readonly dependencies: DependencyGraph;
}

/**
 * Phase R for what changes: ids must not clash, dependencies must not be cyclic (`spec/definitions.md` §2.1). `found`
 * are violations of the same phase that reading the request already brought to light.
 */
export function checkTree(draft: TreeDraft, found: readonly Violation[] = []): Refusal | undefined {
  const violations = new Violations();
  for (const { path, errors } of found) for (const error of errors) violations.add(path, error);
  identityRules(draft, violations);
  if (hasCycle(draft)) for (const error of CYCLIC_DEPENDENCIES.errors) violations.add('/', error);
  if (violations.isEmpty) return undefined;
  return { kind: 'refused', code: 'Invalid', message: 'Object is not valid', details: violations.list() };
}

function identityRules({ apps, groups, target }: TreeDraft, violations: Violations): void {
  const hasAppAtOrAbove = atOrAbove((path) => target.app(path) !== undefined);
  const tree: ServiceTree = {
    hasPod: () => false,
    hasAppAbove: (path) => hasAppAtOrAbove(parentPath(path)),
    hasPodAbove: () => false,
    groupHasServices: (path) => target.group(path) !== undefined && hasAppsBelow(target, path),
  };
  for (const { appId, from, to } of apps) {
    if (from !== null || to === null) continue;
    for (const { path, errors } of appIdentityViolations(appId, tree)) {
      for (const error of errors) violations.add(path, error);
    }
  }
  for (const { groupId, from, to } of groups) {
    // Groups give way to new apps; an app that is there gives way to none. Those above a new group are there or new too.
    const clashes = from === null && to !== null && target.app(groupId) !== undefined;
    violations.require(!clashes, ROOT, SAME_IDENTIFIER);
  }
}

/** Whatever changed nothing closes no cycle, so only what changed is followed. */
function hasCycle({ apps, groups, dependencies }: TreeDraft): boolean {
  for (const { appId, to, change } of apps) {
    if (to !== null && change !== 'none' && dependencies.layerOf(appId) === undefined) return true;
  }
  return groups.some(({ groupId, to }) => to !== null && dependencies.isCyclicBelow(groupId));
}
