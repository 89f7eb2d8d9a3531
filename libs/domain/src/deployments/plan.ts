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

/** Every app a plan touches. */
export function affectedApps(plan: Plan): ReadonlySet<string> {
  const affected = new Set<string>();
  for (const { actions } of plan.steps) for (const { app } of actions) affected.add(app);
  return affected;
}
