import type { Deployment, State } from '../../state/state.js';
import type { PlanAction } from '../plan.js';

/**
 * Which actions of a running step are not known to be done, so that a touch of one app makes nobody look at the others.
 * An action counts as done from a look that found it so until its app is touched again. Nothing here decides anything:
 * it starts with every action open and comes out the same whenever every app of the step was looked at once.
 */
export class StepProgress {
  private readonly actions = new Map<string, PlanAction>();
  private readonly open = new Set<string>();
  /** Deleted apps whose end is still to be told when the step is done. */
  readonly unreported: Iterator<PlanAction>;
  /** By app: chosen victims of kill-and-scale that may still be meant to run. */
  private readonly victims = new Map<string, Set<string>>();

  constructor(
    /** 1-based. */
    readonly step: number,
    state: State,
    { plan, instancesToKill }: Deployment,
  ) {
    const actions = plan.steps[step - 1]?.actions ?? [];
    for (const action of actions) {
      this.actions.set(action.app, action);
      this.open.add(action.app);
    }
    this.unreported = actions.filter(({ action }) => action === 'StopApplication').values();
    for (const id of instancesToKill) {
      const appId = state.instances.get(id)?.appId;
      if (appId === undefined) continue;
      const ofApp = this.victims.get(appId);
      if (ofApp === undefined) this.victims.set(appId, new Set([id]));
      else ofApp.add(id);
    }
  }

  /** Apps that the step is about. */
  appIds(): Iterable<string> {
    return this.actions.keys();
  }

  /** Apps whose action is not known to be done. */
  openAppIds(): ReadonlySet<string> {
    return this.open;
  }

  actionOf(appId: string): PlanAction | undefined {
    return this.actions.get(appId);
  }

  get isDone(): boolean {
    return this.open.size === 0;
  }

  /** The action of the app was just looked at. */
  note(appId: string, done: boolean): void {
    if (done) this.open.delete(appId);
    else this.open.add(appId);
  }

  /** The app was touched: nobody knows whether its action is (still) done. */
  reopen(appId: string): void {
    if (this.actions.has(appId)) this.open.add(appId);
  }

  /** Victims chosen beforehand among the instances of an app; whoever finds one that is given up takes it out. */
  victimsOf(appId: string): Set<string> | undefined {
    return this.victims.get(appId);
  }
}

/** The progress of every running deployment. Held in memory only: what is missing is made anew from the state. */
export class StepBook {
  private readonly byDeployment = new Map<string, StepProgress>();

  /** How far the present step of a deployment is; `undefined` when nothing is known of that step. */
  of({ plan, currentStep }: Deployment): StepProgress | undefined {
    const progress = this.byDeployment.get(plan.id);
    return progress?.step === currentStep ? progress : undefined;
  }

  /** Nothing is known of the present step yet: all of its actions are open. */
  begin(state: State, deployment: Deployment): StepProgress {
    const progress = new StepProgress(deployment.currentStep, state, deployment);
    this.byDeployment.set(deployment.plan.id, progress);
    return progress;
  }

  /** The app was touched. `deployments`: those that touch it. */
  reopen(appId: string, deployments: readonly Deployment[]): void {
    for (const { plan } of deployments) this.byDeployment.get(plan.id)?.reopen(appId);
  }

  /** The deployment is over. */
  forget(deploymentId: string): void {
    this.byDeployment.delete(deploymentId);
  }
}
