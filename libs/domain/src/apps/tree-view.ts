import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { AppTransition } from '../deployments/compute-plan.js';
import type { DependencyView } from '../deployments/dependency-layers.js';
import type { State } from '../state/state.js';

/** The tree as it will be, without copying it: the stored apps with the transitions laid over them. */
export function treeView(state: State, transitions: readonly AppTransition[]): DependencyView {
  const changed = new Map<string, AppDefinition | null>(transitions.map(({ appId, to }) => [appId, to]));
  return {
    get: (appId) => {
      const app = changed.get(appId);
      return app === undefined ? state.apps.get(appId) : (app ?? undefined);
    },
    *ids() {
      for (const appId of state.apps.keys()) if (changed.get(appId) !== null) yield appId;
      for (const [appId, app] of changed) if (app !== null && !state.apps.has(appId)) yield appId;
    },
  };
}
