import type { AppDefinition } from '../definitions/app/app-definition.js';
import { isDescendant } from '../ids/path-id.js';

/** The apps of a tree by id, as far as dependencies need them. */
export interface DependencyView {
  get(appId: string): AppDefinition | undefined;
  ids(): Iterable<string>;
}

/** The apps an app waits for: those it names, and all below the groups it names (`spec/scheduling.md` §7.2). */
export function dependenciesOf(app: AppDefinition, view: DependencyView): string[] {
  const found: string[] = [];
  for (const dependency of app.dependencies) {
    if (view.get(dependency) !== undefined) found.push(dependency);
    else {
      for (const id of view.ids()) if (isDescendant(id, dependency)) found.push(id);
    }
  }
  return found;
}

/**
 * Number of apps on the longest dependency chain that ends in the app; 1 for an app that waits for nobody.
 * The graph must be free of cycles: the tree rules see to it.
 */
export function layerOf(appId: string, view: DependencyView, known: Map<string, number> = new Map()): number {
  const seen = known.get(appId);
  if (seen !== undefined) return seen;
  const app = view.get(appId);
  let layer = 1;
  if (app !== undefined) {
    for (const dependency of dependenciesOf(app, view)) {
      layer = Math.max(layer, layerOf(dependency, view, known) + 1);
    }
  }
  known.set(appId, layer);
  return layer;
}
