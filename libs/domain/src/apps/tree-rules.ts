import type { Refusal } from '../commands/command.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import type { DependencyView } from '../deployments/dependency-layers.js';
import type { Violation } from '../definitions/result.js';
import {
  appIdentityViolations,
  CYCLIC_DEPENDENCIES,
  findDependencyCycle,
  type DependencyGraph,
  type ServiceTree,
} from '../definitions/tree/tree-rules.js';
import { isDescendant } from '../ids/path-id.js';
import type { State } from '../state/state.js';

/** Phase R for the apps that change: ids must not clash, dependencies must not be cyclic (`spec/definitions.md` §2.1). */
export function checkTree(
  state: State,
  transitions: readonly AppTransition[],
  target: DependencyView,
): Refusal | undefined {
  const details: Violation[] = [];
  const tree = serviceTree(state, target);
  const graph = dependencyGraph(target);
  for (const { appId, from, to, change } of transitions) {
    if (to === null || change === 'none') continue;
    if (from === null) details.push(...appIdentityViolations(appId, tree));
    if (to.dependencies.length > 0 && findDependencyCycle(appId, to.dependencies, graph) !== undefined) {
      details.push(CYCLIC_DEPENDENCIES);
    }
  }
  if (details.length === 0) return undefined;
  return { kind: 'refused', code: 'Invalid', message: 'Object is not valid', details };
}

function serviceTree(state: State, target: DependencyView): ServiceTree {
  return {
    hasApp: (path) => target.get(path) !== undefined,
    hasPod: () => false,
    groupHasServices: (path) => {
      if (!state.groups.has(path)) return false;
      for (const id of target.ids()) if (isDescendant(id, path)) return true;
      return false;
    },
  };
}

function dependencyGraph(target: DependencyView): DependencyGraph {
  return {
    dependenciesOf: (appId) => target.get(appId)?.dependencies ?? [],
    *appsAt(path) {
      if (target.get(path) !== undefined) yield path;
      else for (const id of target.ids()) if (isDescendant(id, path)) yield id;
    },
  };
}
