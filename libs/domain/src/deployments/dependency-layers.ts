import type { AppDefinition } from '../definitions/app/app-definition.js';
import { isDescendant } from '../ids/path-id.js';

/** The apps of a tree by id, as far as dependencies need them. */
export interface DependencyView {
  get(appId: string): AppDefinition | undefined;
  ids(): Iterable<string>;
}

/**
 * An app waits for the apps it names, and for all below the groups it names (`spec/scheduling.md` §7.2).
 * Number of apps on the longest dependency chain that ends in the app; 1 for an app that waits for nobody.
 * The graph must be free of cycles: the tree rules see to it.
 */
export function layerOf(appId: string, view: DependencyView, known: Map<string, number> = new Map()): number {
  const seen = known.get(appId);
  if (seen !== undefined) return seen;
  const app = view.get(appId);
  let layer = 1;
  if (app !== undefined) {
    for (const dependency of app.dependencies) {
      const named = view.get(dependency) !== undefined;
      const below = named ? layerOf(dependency, view, known) : layerOfGroup(dependency, view, known);
      layer = Math.max(layer, below + 1);
    }
  }
  known.set(appId, layer);
  return layer;
}

/** The highest layer below a group, 0 for one without apps; looked for once, however many apps wait for the group. */
function layerOfGroup(group: string, view: DependencyView, known: Map<string, number>): number {
  const seen = known.get(group);
  if (seen !== undefined) return seen;
  let layer = 0;
  for (const id of view.ids()) if (isDescendant(id, group)) layer = Math.max(layer, layerOf(id, view, known));
  known.set(group, layer);
  return layer;
}
