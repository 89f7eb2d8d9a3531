import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { AppChange } from '../events/domain-event.js';
import type { Timestamp } from '../time/timestamp.js';
import type { DependencyGraph } from './dependency-layers.js';
import type { Plan, PlanAction, PlanStep } from './plan.js';

/** One app of the tree before and after the change; `null` on the side where it does not exist. */
export interface AppTransition {
  readonly appId: string;
  readonly from: AppDefinition | null;
  readonly to: AppDefinition | null;
  readonly change: AppChange | 'none';
}

/** Inputs of a plan: the transitions, and who waits for whom in the whole target tree. */
export interface PlanInput {
  readonly id: string;
  readonly version: Timestamp;
  readonly transitions: readonly AppTransition[];
  readonly dependencies: DependencyGraph;
}

/** Computes the ordered steps from the old tree to the new one (`spec/scheduling.md` §7.2). */
export function computePlan(input: PlanInput): Plan {
  const { transitions } = input;
  const stops = transitions.filter((transition) => transition.to === null);
  const starts = transitions.filter((transition) => transition.from === null && transition.to !== null);
  const steps: PlanStep[] = [
    stepOf(stops.map(({ appId }) => ({ action: 'StopApplication', app: appId }))),
    stepOf(starts.map(({ appId }) => ({ action: 'StartApplication', app: appId }))),
    ...layeredSteps(input),
  ];
  return { id: input.id, version: input.version, steps: steps.filter((step) => step.actions.length > 0) };
}

function layeredSteps(input: PlanInput): PlanStep[] {
  const byLayer = new Map<number, PlanAction[]>();
  for (const transition of input.transitions) {
    const action = rolloutAction(transition);
    if (action === undefined) continue;
    // The tree rules see to it that there are no cycles.
    const layer = input.dependencies.layerOf(transition.appId) ?? 1;
    const actions = byLayer.get(layer);
    if (actions === undefined) byLayer.set(layer, [action]);
    else actions.push(action);
  }
  const layers = [...byLayer.entries()].toSorted(([a], [b]) => a - b);
  return layers.map(([, actions]) => stepOf(actions));
}

function rolloutAction({ appId, from, to, change }: AppTransition): PlanAction | undefined {
  if (to === null || (from !== null && change === 'none')) return undefined;
  const scales = from === null || change === 'scale' || to.instances === 0;
  return { action: scales ? 'ScaleApplication' : 'RestartApplication', app: appId };
}

const stepOf = (actions: readonly PlanAction[]): PlanStep => ({ actions });
