import { ROOT, ancestorPaths, isDescendant } from '../../ids/path-id.js';
import type { Violation } from '../result.js';
import { Violations } from '../violations.js';

/** What the rules of phase R need to know of the tree; all paths are canonical. */
export interface ServiceTree {
  hasApp(path: string): boolean;
  hasPod(path: string): boolean;
  /** A group with this path has apps or pods anywhere below it. */
  groupHasServices(path: string): boolean;
}

/**
 * Whether an app may take its id in the tree (`spec/definitions.md` §3.4). Groups without services give way, so only services
 * below the id or services that are named like an enclosing group clash.
 */
export function appIdentityViolations(id: string, tree: ServiceTree): Violation[] {
  const violations = new Violations();
  const likeApp = 'Groups and Applications may not have the same identifier.';
  violations.require(!tree.hasPod(id), ROOT, 'Applications and Pods may not share the same id');
  violations.require(!tree.groupHasServices(id), ROOT, likeApp);
  for (const group of ancestorPaths(id)) {
    violations.require(!tree.hasApp(group), ROOT, likeApp);
    violations.require(!tree.hasPod(group), ROOT, 'Groups and Pods may not have the same identifier.');
  }
  return violations.list();
}

/** The declared dependencies of the tree, resolved as far as §13.5 says. */
export interface DependencyGraph {
  /** What an app depends on, by itself or through its groups: paths of apps and groups. */
  dependenciesOf(appId: string): readonly string[];
  /** The app at the path, or every app below the group at the path; none for unknown paths and pods. */
  appsAt(path: string): Iterable<string>;
}

export const CYCLIC_DEPENDENCIES: Violation = {
  path: ROOT,
  errors: ['Dependency graph has cyclic dependencies.'],
};

/**
 * The chain of apps through which an app would depend on itself, or `undefined`. A change to one app can close
 * only cycles through that app, so nothing is asked of an app without dependencies, and only what can be reached
 * from it is visited. The app itself need not be in the graph yet.
 */
export function findDependencyCycle(
  appId: string,
  dependencies: readonly string[],
  graph: DependencyGraph,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const waiting: { readonly app: string; readonly needs: readonly string[] }[] = [
    { app: appId, needs: dependencies },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { app, needs } = next;
    if (needs.some((path) => path === appId || isDescendant(appId, path))) return chain(app, appId, cameFrom);
    for (const path of needs) {
      for (const found of graph.appsAt(path)) {
        if (found === appId || cameFrom.has(found)) continue;
        cameFrom.set(found, app);
        waiting.push({ app: found, needs: graph.dependenciesOf(found) });
      }
    }
  }
  return undefined;
}

function chain(last: string, first: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [first];
  for (let app = last; app !== first; app = cameFrom.get(app) ?? first) path.unshift(app);
  return [first, ...path];
}
