import type { Timestamp } from '../time/timestamp.js';

export type ActionName = 'StartApplication' | 'StopApplication' | 'ScaleApplication' | 'RestartApplication';

export interface PlanAction {
  readonly action: ActionName;
  /** Absolute app id. */
  readonly app: string;
}

export interface PlanStep {
  readonly actions: readonly PlanAction[];
}

/** The way from one tree to another in ordered steps (`spec/scheduling.md` §7.2); printed as it is. */
export interface Plan {
  readonly id: string;
  readonly version: Timestamp;
  readonly steps: readonly PlanStep[];
}

/** Plans never change, so what they touch is worked out once. */
const affectedByPlan = new WeakMap<Plan, ReadonlySet<string>>();

/** Every app a plan touches. */
export function affectedApps(plan: Plan): ReadonlySet<string> {
  let affected = affectedByPlan.get(plan);
  if (affected === undefined) {
    affected = new Set(plan.steps.flatMap((step) => step.actions.map((action) => action.app)));
    affectedByPlan.set(plan, affected);
  }
  return affected;
}
