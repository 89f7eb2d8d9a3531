import type { Call } from '../command-line/command.js';
import { numberOf } from '../command-line/input.js';
import { readDefinition } from '../definition/read-definition.js';
import { EXIT, UsageError, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { ageText } from '../when.js';
import { showPlanOf, rollbackTo } from './app-changes.js';
import { showApps, type AppView } from './app-list.js';
import { confirmed } from './confirm.js';
import { absoluteId, atQuery } from './ids.js';
import { deploy, forceQuery } from './submit.js';

interface GroupView {
  readonly id: string;
  readonly version: string;
  readonly apps?: readonly AppView[];
  readonly groups?: readonly GroupView[];
  readonly dependencies?: readonly string[];
  readonly enforceRole?: boolean;
}

const EMBEDS = ['group.groups', 'group.apps', 'group.apps.counts', 'group.apps.deployments'];

export async function listGroups(call: Call): Promise<ExitCode> {
  const { api, screen, io } = call;
  const query = { embed: ['group.groups', 'group.apps'], ...atQuery(call) };
  const { text } = await api.send({ method: 'GET', path: '/v2/groups', query });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const nowMs = io.nowMs();
  screen.table<GroupView>(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'APPS', align: 'right', value: (group) => appsBelow(group).length },
      {
        title: 'INSTANCES',
        align: 'right',
        value: (group) => appsBelow(group).reduce((sum, { instances }) => sum + instances, 0),
      },
      { title: 'CHANGED', align: 'right', value: ({ version }) => ageText(version, nowMs) },
      { title: 'NEEDS', flexible: true, value: ({ dependencies = [] }) => dependencies.join(' ') },
    ],
    withGroupsBelow(JSON.parse(text) as GroupView),
  );
  return EXIT.ok;
}

const withGroupsBelow = (group: GroupView): readonly GroupView[] => [
  group,
  ...(group.groups ?? []).flatMap(withGroupsBelow),
];

const appsBelow = (group: GroupView): readonly AppView[] =>
  withGroupsBelow(group).flatMap(({ apps = [] }) => apps);

export async function getGroup(call: Call): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const id = absoluteId(input.argument('ID'));
  const version = input.option('version');
  const path =
    version === undefined ? pathOf('/v2/groups', id) : pathOf('/v2/groups', id, 'versions', version);
  const { text } = await api.send({ method: 'GET', path, query: { embed: EMBEDS, ...atQuery(call) } });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const group = JSON.parse(text) as GroupView;
  screen.fields([
    ['id', group.id],
    ['version', group.version],
    ['groups', (group.groups ?? []).map((child) => child.id).join(' ')],
    ['dependencies', (group.dependencies ?? []).join(' ')],
    ['enforces role', group.enforceRole === true ? 'yes' : undefined],
  ]);
  const apps = appsBelow(group);
  if (apps.length > 0) screen.line();
  if (apps.length > 0) showApps(call, apps, io.nowMs());
  return EXIT.ok;
}

export async function createGroup(call: Call): Promise<ExitCode> {
  const body = await readDefinition(call.input.argument('FILE'), call.io);
  if (typeof body['id'] !== 'string') throw new UsageError('the group has no id');
  const request = { method: 'POST', path: '/v2/groups', query: forceQuery(call), body } as const;
  return deploy(call, { request, done: `creates ${absoluteId(body['id'])}` });
}

export async function updateGroup(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  const body = await readDefinition(call.input.argument('FILE'), call.io);
  const request = { method: 'PUT', path: pathOf('/v2/groups', id), query: forceQuery(call), body } as const;
  return deploy(call, { request, done: `updates ${id}` });
}

export async function scaleGroup(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  const scaleBy = numberOf(call.input.argument('FACTOR'), 'FACTOR');
  const path = pathOf('/v2/groups', id);
  const request = { method: 'PUT', path, query: forceQuery(call), body: { scaleBy } } as const;
  return deploy(call, { request, done: `scales everything below ${id} by ${scaleBy}` });
}

export async function deleteGroup(call: Call): Promise<ExitCode> {
  const { input } = call;
  const id = absoluteId(input.argument('ID'));
  const question = `Delete ${id} with all its apps and groups?`;
  if (!input.flag('plan') && !(await confirmed(call, question, { otherwise: true }))) return EXIT.failed;
  const query = { force: input.flag('force') };
  const request = { method: 'DELETE', path: pathOf('/v2/groups', id), query } as const;
  return deploy(call, { request, done: `deletes ${id}` });
}

export async function rollbackGroup(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  return deploy(call, rollbackTo(call, pathOf('/ekiden/v1/groups', id, 'rollback'), id));
}

/** Shows what a group definition would do. */
export async function planGroup(call: Call): Promise<ExitCode> {
  const body = await readDefinition(call.input.argument('FILE'), call.io);
  if (typeof body['id'] !== 'string') throw new UsageError('the group has no id');
  const path = pathOf('/v2/groups', absoluteId(body['id']));
  return showPlanOf(call, { method: 'PUT', path, query: forceQuery(call), body });
}
