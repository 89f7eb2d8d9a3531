import {
  affectedApps,
  isDescendant,
  ROOT,
  sameDefinition,
  type AppDefinition,
  type DomainEvent,
  type EventData,
  type Plan,
} from '#domain';

/** What one command changed, sorted by kind. */
interface Changes {
  readonly created: AppDefinition[];
  readonly updated: EventData['AppUpdated'][];
  readonly deleted: string[];
  readonly groupsCreated: string[];
  readonly groupsUpdated: string[];
  readonly groupsDeleted: string[];
  readonly cancelled: string[];
  /** App of each task that was killed. */
  readonly killed: string[];
  /** App of each instance that was killed and forgotten. */
  readonly wiped: string[];
  started: EventData['DeploymentStarted'] | undefined;
  others: string[];
}

/** Tells a definition as it was before the command; nothing when there was none or it is not known. */
export type Former = (appId: string) => AppDefinition | undefined;

/**
 * One sentence in plain words on what a command did: `scaled /web from 5 to 2` (`spec/operations.md` §18.3).
 *
 * @param events those that the command was decided to be, in order; of a very long command the first of them.
 * @param former the definitions before it.
 */
export function commandSummary(events: readonly DomainEvent[], former: Former): string {
  const changes = sorted(events);
  const { started, cancelled } = changes;
  const parts = [...killParts(changes), ...treeParts(changes, former)];
  if (started === undefined) {
    parts.push(...cancelled.map((id) => `cancelled deployment ${id}`), ...changes.others);
    return parts.length === 0 ? 'changed nothing' : joined(parts);
  }
  const known =
    changes.created.length + changes.updated.length + changes.deleted.length + changes.killed.length;
  const planned = affectedApps(started.plan).size;
  const text = planned > known ? bulkPart(started.plan, started.groupId) : joined(parts);
  const what = text === '' ? 'changed nothing' : text;
  return cancelled.length === 0 ? what : `${what}, cancelling ${deployments(cancelled)}`;
}

function sorted(events: readonly DomainEvent[]): Changes {
  const changes: Changes = {
    created: [],
    updated: [],
    deleted: [],
    groupsCreated: [],
    groupsUpdated: [],
    groupsDeleted: [],
    cancelled: [],
    killed: [],
    wiped: [],
    started: undefined,
    others: [],
  };
  for (const event of events) note(changes, event);
  return changes;
}

function note(changes: Changes, { type, data }: DomainEvent): void {
  switch (type) {
    case 'AppCreated':
      return void changes.created.push(data.app);
    case 'AppUpdated':
      return void changes.updated.push(data);
    case 'AppDeleted':
      return void changes.deleted.push(data.appId);
    case 'GroupCreated':
      return void changes.groupsCreated.push(data.groupId);
    case 'GroupUpdated':
      return void changes.groupsUpdated.push(data.groupId);
    case 'GroupDeleted':
      return void changes.groupsDeleted.push(data.groupId);
    case 'DeploymentStarted':
      changes.started = data;
      return;
    case 'DeploymentFailed':
      return void changes.cancelled.push(data.plan.id);
    case 'InstanceKillRequested':
      return void changes.killed.push(data.appId);
    case 'InstanceGoalChanged':
      return void changes.wiped.push(data.appId);
    case 'FrameworkIdForgotten':
      return void changes.others.push('gave up the framework');
    case 'RootGroupChangeRefused':
      return void changes.others.push(`was refused: ${data.reason}`);
    case 'WebhookSubscribed':
      return void changes.others.push(`subscribed webhook ${data.id}`);
    case 'WebhookChanged':
      return void changes.others.push(`changed webhook ${data.id}`);
    case 'WebhookUnsubscribed':
      return void changes.others.push(`removed webhook ${data.id}`);
    case 'WebhookPaused':
      return void changes.others.push(`paused webhook ${data.id}`);
    case 'WebhookResumed':
      return void changes.others.push(`resumed webhook ${data.id}`);
    case 'WebhookRedeliveryRequested':
      return void changes.others.push(`asked webhook ${data.id} to deliver again`);
    default:
      return undefined;
  }
}

function killParts({ killed, wiped, started }: Changes): string[] {
  const parts: string[] = [];
  if (killed.length > 0) parts.push(`killed ${tasksOf(killed)}`);
  if (wiped.length > 0) parts.push(`killed and wiped ${tasksOf(wiped)}`);
  const victims = started?.instancesToKill?.length ?? 0;
  if (victims > 0) parts.push(`killed ${counted(victims, 'task')}`);
  return parts;
}

function tasksOf(apps: readonly string[]): string {
  const distinct = new Set(apps);
  const [first = ''] = distinct;
  const tasks = counted(apps.length, 'task');
  return distinct.size === 1 ? `${tasks} of ${first}` : `${tasks} of ${counted(distinct.size, 'app')}`;
}

function treeParts(changes: Changes, former: Former): string[] {
  const { created, updated, deleted } = changes;
  const group = wholeGroup(changes);
  if (group !== undefined) return [group];
  const parts = [
    ...part('created', created, (app) => `created ${app.id} with ${counted(app.instances, 'instance')}`),
    ...part('scaled', ofKind(updated, 'scale'), (update) => scaled(update, former)),
    ...part('restarted', ofKind(updated, 'restart'), ({ app }) => `restarted ${app.id}`),
    ...part('changed', ofKind(updated, 'configuration'), (update) => changed(update, former)),
    ...part('deleted', deleted, (appId) => `deleted ${appId}`),
  ];
  if (parts.length > 0) return parts;
  return [
    ...groups('created', changes.groupsCreated),
    ...groups('changed', changes.groupsUpdated),
    ...groups('deleted', changes.groupsDeleted),
  ];
}

/** A group that came or went with everything in it is worth one name. */
function wholeGroup({ created, updated, deleted, groupsCreated, groupsDeleted }: Changes) {
  const comes = created.length > 1 && updated.length + deleted.length === 0;
  const goes = deleted.length > 0 && updated.length + created.length === 0;
  const [verb, names, group] = comes
    ? (['created', created.map(({ id }) => id), topmost(groupsCreated)] as const)
    : (['deleted', deleted, topmost(groupsDeleted)] as const);
  if ((!comes && !goes) || group === undefined) return undefined;
  if (!names.every((id) => isDescendant(id, group))) return undefined;
  return `${verb} group ${group} with ${counted(names.length, 'app')}`;
}

const topmost = (groups: readonly string[]): string | undefined =>
  groups.toSorted((a, b) => a.length - b.length)[0];

const ofKind = (updated: readonly EventData['AppUpdated'][], kind: EventData['AppUpdated']['change']) =>
  updated.filter(({ change }) => change === kind);

/** One is told in full, several are counted. */
function part<T>(verb: string, items: readonly T[], tell: (item: T) => string): string[] {
  const [first] = items;
  if (first === undefined) return [];
  return [items.length === 1 ? tell(first) : `${verb} ${counted(items.length, 'app')}`];
}

function scaled({ app }: EventData['AppUpdated'], former: Former): string {
  const before = former(app.id)?.instances;
  return before === undefined || before === app.instances
    ? `scaled ${app.id} to ${app.instances}`
    : `scaled ${app.id} from ${before} to ${app.instances}`;
}

const LONGEST_LIST = 5;

function changed({ app }: EventData['AppUpdated'], former: Former): string {
  const before = former(app.id);
  const fields = before === undefined ? [] : changedFields(before, app);
  if (fields.length === 0) return `changed ${app.id}`;
  const more = fields.length - LONGEST_LIST;
  const named = fields.slice(0, LONGEST_LIST);
  return `changed ${joined(more > 0 ? [...named, `${more} more`] : named)} of ${app.id}`;
}

/** Fields that two definitions differ in; each is looked at by itself, as the domain compares definitions. */
function changedFields(before: AppDefinition, after: AppDefinition): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const stamp of ['version', 'versionInfo']) fields.delete(stamp);
  return [...fields]
    .filter((field) => !sameDefinition(before, { ...before, ...only(after, field) }))
    .toSorted();
}

const only = (app: AppDefinition, field: string): object => ({
  [field]: (app as unknown as Record<string, unknown>)[field],
});

const groups = (verb: string, ids: readonly string[]): string[] => {
  const [first] = ids;
  if (first === undefined) return [];
  return [ids.length === 1 ? `${verb} group ${first}` : `${verb} ${counted(ids.length, 'group')}`];
};

/** What a plan says of apps whose events are too many to be looked at. */
function bulkPart(plan: Plan, groupId: string): string {
  const count = { StartApplication: 0, StopApplication: 0 };
  for (const { actions } of plan.steps) {
    for (const { action } of actions)
      if (action === 'StartApplication' || action === 'StopApplication') count[action] += 1;
  }
  const others = affectedApps(plan).size - count.StartApplication - count.StopApplication;
  const parts = [
    ['created', count.StartApplication],
    ['changed', others],
    ['deleted', count.StopApplication],
  ] as const;
  const told = parts.filter(([, apps]) => apps > 0).map(([verb, apps]) => `${verb} ${counted(apps, 'app')}`);
  return groupId === ROOT ? joined(told) : `${joined(told)} in ${groupId}`;
}

const deployments = (ids: readonly string[]): string =>
  ids.length === 1 ? `deployment ${ids[0]}` : `${ids.length} deployments`;

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

const joined = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
