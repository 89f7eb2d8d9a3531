import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { State } from '../state/state.js';
import { concernedApps, outlookOf, type Outlook } from './outlook.js';
import type { Trial } from './trial.js';

/** Something that a plan rests on: what it is, and how it is now. */
export interface PlanFact {
  /** An app or group in words; for the request itself `REQUEST`. */
  readonly subject: string;
  readonly text: string;
}

/** Names what is asked for, and what it comes to, apart from the state. */
export const REQUEST = 'the request';

/**
 * What a plan rests on: the version of every app that it is about and the deployments that hold it, the tasks that it
 * names, the groups that it changes, and what it would do to them. Two trials with the same facts do the same thing to the
 * same things; what else happens in the cluster is none of them.
 */
export function factsBehind(
  state: State,
  trial: Trial,
  outlook: Outlook = outlookOf(state, trial),
): PlanFact[] {
  const facts: PlanFact[] = [];
  const tasks = tasksOf(state, trial);
  for (const appId of new Set([...namedApp(trial), ...concernedApps(trial)])) {
    const version = state.apps.get(appId)?.version ?? 'none';
    const holders = state.deployments.ofApp(appId).map(({ plan }) => plan.id);
    facts.push({ subject: `app ${appId}`, text: JSON.stringify([version, holders, tasks.get(appId) ?? []]) });
  }
  for (const { groupId, from } of outlook.groups) {
    facts.push({ subject: `group ${groupId}`, text: JSON.stringify(from) });
  }
  const targets = outlook.apps.map(({ appId, to }) => [appId, to === null ? null : unversioned(to)]);
  const groups = outlook.groups.map(({ groupId, to }) => [groupId, to]);
  const { steps, cancels } = outlook;
  facts.push({
    subject: REQUEST,
    text: JSON.stringify([trial.command.type, targets, groups, steps, cancels]),
  });
  return facts;
}

/** Also a write that would change nothing rests on the app that it names. */
function namedApp({ command }: Trial): string[] {
  return 'appId' in command ? [command.appId] : [];
}

/** The tasks and instances that a kill names, by app. */
function tasksOf(state: State, { facts }: Trial): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (appId: string, named: string): void => {
    const ofApp = found.get(appId);
    if (ofApp === undefined) found.set(appId, [named]);
    else ofApp.push(named);
  };
  for (const { type, data } of facts) {
    if (type === 'InstanceKillRequested') add(data.appId, data.taskId);
    else if (type === 'InstanceGoalChanged') add(data.appId, data.instanceId);
    else if (type === 'DeploymentStarted') {
      for (const id of data.instancesToKill ?? []) add(state.instances.get(id)?.appId ?? '', id);
    }
  }
  return found;
}

/** The version would be that of the moment when the write is decided. */
const unversioned = (app: AppDefinition): object => ({ ...app, version: undefined, versionInfo: undefined });
