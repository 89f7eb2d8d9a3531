import type { AppDefinition } from '../definitions/app/app-definition.js';
import { affectedApps, type ActionName, type Plan, type PlanStep } from '../deployments/plan.js';
import type { EventData } from '../events/domain-event.js';
import { isCounted } from '../instances/instance.js';
import type { Group, State } from '../state/state.js';
import type { Trial } from './trial.js';

/** What a write would come to. `in-place`: stored, with no instance touched; `cancel`: a deployment would stop where it is. */
export type PlanOutcome =
  'no-op' | 'in-place' | 'scale' | 'rolling' | 'create' | 'delete' | 'kill' | 'cancel' | 'refused';

/** How many of an app's instances stay as they are, begin, and end. */
export interface InstanceCounts {
  readonly keep: number;
  readonly start: number;
  readonly stop: number;
}

export interface AppOutlook extends InstanceCounts {
  readonly appId: string;
  readonly outcome: PlanOutcome;
  /** `null` where the app does not exist; its version is the one it would get now. */
  readonly from: AppDefinition | null;
  readonly to: AppDefinition | null;
}

export interface GroupOutlook {
  readonly groupId: string;
  readonly from: Group | null;
  readonly to: Group | null;
}

/** What a write would change. */
export interface Outlook {
  readonly outcome: PlanOutcome;
  readonly apps: readonly AppOutlook[];
  readonly groups: readonly GroupOutlook[];
  readonly steps: readonly PlanStep[];
  /** Deployments that would be cancelled, by force or on request. */
  readonly cancels: readonly string[];
}

const NONE: readonly PlanStep[] = [];

/** Reads out of a trial what it would change, compared with the state it was decided on. */
export function outlookOf(state: State, trial: Trial): Outlook {
  if (trial.reply.kind === 'refused') {
    return { outcome: 'refused', apps: [], groups: [], steps: NONE, cancels: [] };
  }
  const found = factsOf(trial);
  const apps = [...found.concerned].flatMap((appId) => appOutlook(state, found, appId) ?? []);
  const groups = Array.from(found.groups, ([groupId, to]) => ({
    groupId,
    from: state.groups.get(groupId) ?? null,
    to,
  }));
  return {
    outcome: outcomeOf(trial, apps, groups),
    apps,
    groups,
    steps: found.plan?.steps ?? NONE,
    cancels: found.cancelled.map(({ id }) => id),
  };
}

/** The apps that a trial is about: its plan's, those that a cancelled deployment leaves, those of killed instances. */
export const concernedApps = (trial: Trial): ReadonlySet<string> => factsOf(trial).concerned;

interface Found {
  readonly plan: Plan | undefined;
  readonly actions: ReadonlyMap<string, ActionName>;
  readonly chosenVictims: ReadonlySet<string>;
  readonly targets: ReadonlyMap<string, AppDefinition>;
  readonly groups: ReadonlyMap<string, Group | null>;
  readonly cancelled: readonly Plan[];
  /** Ids of instances that a kill without scaling ends, by app. */
  readonly killed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly concerned: ReadonlySet<string>;
}

function factsOf({ facts }: Trial): Found {
  let plan: Plan | undefined;
  let chosenVictims: readonly string[] = [];
  const targets = new Map<string, AppDefinition>();
  const groups = new Map<string, Group | null>();
  const cancelled: Plan[] = [];
  const killed = new Map<string, Set<string>>();
  for (const { type, data } of facts) {
    if (type === 'DeploymentStarted') {
      plan = data.plan;
      chosenVictims = data.instancesToKill ?? [];
    } else if (type === 'DeploymentFailed') cancelled.push(data.plan);
    else if (type === 'AppCreated' || type === 'AppUpdated') targets.set(data.app.id, data.app);
    else if (type === 'GroupCreated' || type === 'GroupUpdated') groups.set(data.groupId, groupOf(data));
    else if (type === 'GroupDeleted') groups.set(data.groupId, null);
    else if (type === 'InstanceKillRequested' || type === 'InstanceGoalChanged') {
      const ofApp = killed.get(data.appId);
      if (ofApp === undefined) killed.set(data.appId, new Set([data.instanceId]));
      else ofApp.add(data.instanceId);
    }
  }
  const concerned = new Set(plan === undefined ? [] : affectedApps(plan));
  for (const { steps } of cancelled)
    for (const { actions } of steps) for (const { app } of actions) concerned.add(app);
  for (const appId of killed.keys()) concerned.add(appId);
  return {
    plan,
    actions: actionsOf(plan),
    chosenVictims: new Set(chosenVictims),
    targets,
    groups,
    cancelled,
    killed,
    concerned,
  };
}

function groupOf({ groupId: id, enforceRole, dependencies = [] }: EventData['GroupUpdated']): Group {
  return { id, ...(enforceRole === undefined ? {} : { enforceRole }), dependencies };
}

/** The last action of each app says what becomes of it: a start at zero instances is followed by a scale. */
function actionsOf(plan: Plan | undefined): Map<string, ActionName> {
  const found = new Map<string, ActionName>();
  for (const { actions } of plan?.steps ?? NONE)
    for (const { app, action } of actions) found.set(app, action);
  return found;
}

/** `undefined`: a cancelled deployment leaves the app as it is. */
function appOutlook(state: State, found: Found, appId: string): AppOutlook | undefined {
  const from = state.apps.get(appId) ?? null;
  const action = found.actions.get(appId);
  const to = action === 'StopApplication' ? null : (found.targets.get(appId) ?? from);
  const outlook = { appId, from, to };
  const { counted, wanted } = state.instances.standingOf(appId);
  const killed = found.killed.get(appId)?.size ?? 0;
  if (to === null) return { ...outlook, outcome: 'delete', keep: 0, start: 0, stop: wanted };
  if (action === 'RestartApplication')
    return { ...outlook, outcome: 'rolling', keep: 0, start: to.instances, stop: wanted };
  if (killed > 0) {
    return { ...outlook, outcome: 'kill', keep: Math.max(0, counted - killed), start: killed, stop: killed };
  }
  const counts = scaleCounts(state, to, found.chosenVictims);
  if (action === undefined)
    return counts.start + counts.stop === 0 ? undefined : { ...outlook, outcome: 'scale', ...counts };
  const outcome = from === null ? 'create' : from.instances === to.instances ? 'in-place' : 'scale';
  return { ...outlook, outcome, ...counts };
}

/** As a scale step counts (`spec/scheduling.md` §7.6). */
function scaleCounts(state: State, app: AppDefinition, chosenVictims: ReadonlySet<string>): InstanceCounts {
  const { counted } = state.instances.standingOf(app.id);
  let chosen = 0;
  if (chosenVictims.size > 0)
    for (const instance of state.instances.of(app.id))
      if (chosenVictims.has(instance.id) && isCounted(instance)) chosen += 1;
  const stop = Math.max(counted - app.instances, chosen);
  return { keep: counted - stop, start: app.instances - counted + stop, stop };
}

/** What happens to most: replacing says more than removing, removing more than adding. */
const BY_WEIGHT: readonly PlanOutcome[] = ['rolling', 'delete', 'create', 'scale', 'kill', 'in-place'];

function outcomeOf(
  { command, reply }: Trial,
  apps: readonly AppOutlook[],
  groups: readonly GroupOutlook[],
): PlanOutcome {
  if (command.type === 'CancelDeployment' && reply.kind === 'done') return 'cancel';
  const outcomes = new Set(apps.map(({ outcome }) => outcome));
  for (const { from, to } of groups)
    outcomes.add(from === null ? 'create' : to === null ? 'delete' : 'in-place');
  return BY_WEIGHT.find((outcome) => outcomes.has(outcome)) ?? 'no-op';
}
