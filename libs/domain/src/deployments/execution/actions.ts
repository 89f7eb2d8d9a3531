import { Slice } from '../../deciding/slice.js';
import type { Turn } from '../../deciding/turn.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { isAbsent, isCounted, isHealthy, type Instance } from '../../instances/instance.js';
import { changeGoal, giveUp, giveUpAll, scheduleInstances } from '../../instances/operations.js';
import { decideScale } from '../../instances/victims.js';
import type { Deployment } from '../../state/state.js';
import type { PlanAction } from '../plan.js';
import { decideRolling, rolloutStanding } from './rolling.js';
import type { StepProgress } from './step-progress.js';

/** An action of the running step of a deployment. */
export interface RunningAction {
  readonly deployment: Deployment;
  readonly progress: StepProgress;
  readonly action: PlanAction;
}

/**
 * Takes the next steps of one action from the state as it is, and tells whether the action is done
 * (`spec/scheduling.md` §7.3). Asked again after every touch of the app; written to be repeatable. What the turn has no
 * time for is left: whatever was done touched the app, so that it is asked again in the next one.
 */
export function advanceAction(turn: Turn, running: RunningAction): boolean {
  const { action, app: appId } = running.action;
  switch (action) {
    case 'StartApplication':
      return true;
    case 'StopApplication':
      return stop(turn, appId);
    case 'ScaleApplication':
      return withApp(turn, appId, (app) => scale(turn, running, app));
    case 'RestartApplication':
      return withApp(turn, appId, (app) => roll(turn, running.deployment, app));
  }
}

/** Whether an action is done before it begins: the start at zero instances, or no instances wanted nor there. */
export function isNothingToDo(turn: Turn, { action, app }: PlanAction): boolean {
  if (action === 'StartApplication') return true;
  const wanted = turn.state.apps.get(app)?.instances;
  return wanted === 0 && turn.state.instances.idsOf(app).size === 0;
}

/** An app that is gone from the tree has nothing left to roll out. */
function withApp(turn: Turn, appId: string, advance: (app: AppDefinition) => boolean): boolean {
  const app = turn.state.apps.get(appId);
  return app === undefined || advance(app);
}

function stop(turn: Turn, appId: string): boolean {
  const { instances } = turn.state;
  if (instances.standingOf(appId).wanted > 0) giveUpAll(turn, appId, 'DeletingApp');
  const { wanted, dying } = instances.standingOf(appId);
  return wanted === 0 && dying === 0;
}

/** Looks at single instances only while some must go, so that a step over thousands costs little per status. */
function scale(turn: Turn, { deployment, progress }: RunningAction, app: AppDefinition): boolean {
  const { instances } = turn.state;
  const deploymentId = deployment.plan.id;
  const tooMany = instances.standingOf(app.id).counted > app.instances;
  if (tooMany || hasVictimsLeft(turn, progress, app.id)) {
    const { victims } = decideScale(app, instances.of(app.id), deployment.instancesToKill);
    if (!giveUp(turn, app.id, { victims, reason: 'DeploymentScaling' })) return false;
  }
  const { dying, counted } = instances.standingOf(app.id);
  if (dying > 0) return false;
  const missing = app.instances - counted;
  if (missing > 0) {
    scheduleInstances(turn, app, { count: missing, deploymentId });
    return false;
  }
  return instances.unreadyOf(app.id, deploymentId) === 0;
}

/** Whether kill-and-scale chose instances of the app that are still meant to run. */
function hasVictimsLeft(turn: Turn, progress: StepProgress, appId: string): boolean {
  const victims = progress.victimsOf(appId);
  if (victims === undefined) return false;
  for (const id of victims) {
    const instance = turn.state.instances.get(id);
    // Whoever was given up once is given up for good.
    if (instance?.goal !== 'Running') victims.delete(id);
    else if (isCounted(instance)) return true;
  }
  return false;
}

function roll(turn: Turn, deployment: Deployment, app: AppDefinition): boolean {
  const { instances } = turn.state;
  for (;;) {
    const all = instances.standingOf(app.id);
    const standing = rolloutStanding(all, instances.standingOfVersion(app.id, app.version));
    const { killServing, killUnhealthy, launch, done } = decideRolling(app, standing);
    const retired = retire(turn, app, {
      absent: standing.absent,
      serving: killServing,
      unhealthy: killUnhealthy,
    });
    if (launch > 0) scheduleInstances(turn, app, { count: launch, deploymentId: deployment.plan.id });
    if (done) return true;
    if ((launch === 0 && retired === 0) || turn.isTimeUp) return false;
  }
}

/**
 * Takes so many old instances of each kind out of service, the first to come first, as far as the turn has time for it;
 * returns how many it took.
 */
function retire(turn: Turn, app: AppDefinition, quota: Record<OldKind, number>): number {
  const { instances } = turn.state;
  const ids = instances.idsOf(app.id);
  const slice = new Slice(turn, ids.size);
  const left = { ...quota };
  let retired = 0;
  for (const id of ids) {
    if (left.absent + left.serving + left.unhealthy === 0) break;
    const instance = instances.get(id);
    if (instance?.goal !== 'Running' || instance.app.version === app.version) continue;
    const kind = kindOf(instance);
    if (left[kind] === 0) continue;
    left[kind] -= 1;
    changeGoal(turn, id, 'Decommissioned', 'Upgrading');
    retired += 1;
    if (slice.isOver()) break;
  }
  return retired;
}

type OldKind = 'absent' | 'serving' | 'unhealthy';

function kindOf(instance: Instance): OldKind {
  if (isHealthy(instance)) return 'serving';
  return isAbsent(instance) ? 'absent' : 'unhealthy';
}
