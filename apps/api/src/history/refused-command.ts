import { splitAppPath } from '../paths/app-path.js';
import { splitGroupPath } from '../paths/group-path.js';
import { splitVerbPath } from '../paths/verb-path.js';

/** What a refused request would have done, as far as its method and path tell. */
export interface RefusedCommand {
  /** Name of the command: `PutApp`. */
  readonly command: string;
  /** `app:/web`, `group:/shop`; absent where the path names none. */
  readonly subject?: string;
}

const APPS = '/v2/apps';
const GROUPS = '/v2/groups';
const ROLLBACK = /^\/ekiden\/v1\/(app|group)s\/(.+\/rollback)$/;

/** By method and path, what is not addressed by an id. */
const COMMANDS: Readonly<Record<string, string>> = {
  'POST /v2/apps': 'CreateApp',
  'PUT /v2/apps': 'UpdateApps',
  'PATCH /v2/apps': 'UpdateApps',
  'POST /v2/tasks/delete': 'KillTasks',
};

const APP_COMMANDS: Readonly<Record<string, string>> = {
  'PUT app': 'PutApp',
  'PATCH app': 'PatchApp',
  'DELETE app': 'DeleteApp',
  'POST restart': 'RestartApp',
  'DELETE tasks': 'KillTasks',
  'DELETE task': 'KillTasks',
};

const GROUP_COMMANDS: Readonly<Record<string, string>> = {
  POST: 'CreateGroup',
  PUT: 'PutGroup',
  PATCH: 'PatchGroup',
  DELETE: 'DeleteGroup',
};

/** Names the command behind a method and a tidied path without query. */
export function refusedCommand(method: string, path: string): RefusedCommand {
  const plain = `${method} ${path}`;
  const known = COMMANDS[plain];
  if (known !== undefined) return { command: known };
  if (path.startsWith(`${APPS}/`)) return appCommand(method, path, plain);
  if (path === GROUPS || path.startsWith(`${GROUPS}/`)) return groupCommand(method, path, plain);
  if (method === 'DELETE' && path.startsWith('/v2/deployments/')) return { command: 'CancelDeployment' };
  if (method === 'DELETE' && path.startsWith('/v2/queue/')) return { command: 'ResetDelay' };
  return rollback(method, path) ?? { command: plain };
}

function rollback(method: string, path: string): RefusedCommand | undefined {
  const [, kind, rest = ''] = ROLLBACK.exec(path) ?? [];
  if (method !== 'POST' || kind === undefined) return undefined;
  const command = kind === 'app' ? 'RollbackApp' : 'RollbackGroup';
  return { command, subject: `${kind}:${splitVerbPath(rest)?.id}` };
}

function appCommand(method: string, path: string, plain: string): RefusedCommand {
  const addressed = splitAppPath(path.slice(APPS.length + 1));
  if (!('appId' in addressed)) return { command: plain };
  return {
    command: APP_COMMANDS[`${method} ${addressed.kind}`] ?? plain,
    subject: `app:${addressed.appId}`,
  };
}

function groupCommand(method: string, path: string, plain: string): RefusedCommand {
  const { groupId } = splitGroupPath(path.slice(GROUPS.length));
  return { command: GROUP_COMMANDS[method] ?? plain, subject: `group:${groupId}` };
}
