import type { ApiCommand } from '#domain';
import { methodsOf, splitAppPath, type AppPath } from '../paths/app-path.js';
import { booleanParam, listParam, type Query } from '../paths/query.js';
import { errorAnswer, methodNotAllowed, type Answer } from '../wire/answer.js';
import { killCommand } from './kill-command.js';
import type { WriteRequest } from './write-request.js';

/** The command behind a write of `/v2/apps` (`spec/rest-api.md` §7.3, §7.6), or the answer to one that has none. */
export function appsWrite({ method, uri, query, body }: WriteRequest): ApiCommand | Answer {
  const json = body();
  if (!json.ok) return json.answer;
  const force = booleanParam(query, 'force', false);
  if (method === 'POST') return { type: 'CreateApp', json: json.value, force, uri };
  if (!Array.isArray(json.value)) return notAnArray(method);
  const isPut = method === 'PUT';
  return {
    type: 'UpdateApps',
    items: json.value as unknown[],
    force,
    partialUpdate: isPut ? booleanParam(query, 'partialUpdate', true) : true,
    createMissing: isPut,
  };
}

/** Sending one app's change to the collection is a common slip; the answer names the path that was meant. */
function notAnArray(method: string): Answer {
  const message =
    `${method} /v2/apps takes an array of apps; ` +
    `to change one app use ${method} /v2/apps/{id}, for example ${method} /v2/apps/my-app`;
  return errorAnswer(422, message, [{ path: '/', errors: ['error.expected.jsarray'] }]);
}

/** The same for everything below `/v2/apps/` (§7.4, §7.5, §7.8, §7.9, §8.5). */
export function appWrite(request: WriteRequest): ApiCommand | Answer {
  const { method, rest, query } = request;
  const path = splitAppPath(rest);
  switch (method) {
    case 'PUT': {
      const sent = sentApp(request, path);
      if ('status' in sent) return sent;
      return { type: 'PutApp', ...sent, partialUpdate: booleanParam(query, 'partialUpdate', true) };
    }
    case 'PATCH': {
      const sent = sentApp(request, path);
      return 'status' in sent ? sent : { type: 'PatchApp', ...sent };
    }
    case 'POST':
      if (path.kind !== 'restart') return refuseMethod(path);
      return { type: 'RestartApp', appId: path.appId, force: booleanParam(query, 'force', false) };
    default:
      return deleteCommand(path, query) ?? refuseMethod(path);
  }
}

const refuseMethod = (path: AppPath): Answer => methodNotAllowed(methodsOf(path));

/** What a PUT or PATCH of one app sends, or the answer to one that cannot be read. */
function sentApp({ uri, query, body }: WriteRequest, path: AppPath) {
  if (path.kind !== 'app') return refuseMethod(path);
  const json = body();
  if (!json.ok) return json.answer;
  return { appId: path.appId, json: json.value, force: booleanParam(query, 'force', false), uri };
}

/** What a DELETE means; `undefined` where the path takes none. */
function deleteCommand(path: AppPath, query: Query): ApiCommand | Answer | undefined {
  switch (path.kind) {
    case 'app':
      return deleteApp(path.appId, query);
    case 'restart':
      // An app may still have this legacy id, and this is how it goes (§7.8).
      return deleteApp(`${path.appId}/restart`, query);
    case 'tasks': {
      // Of repeated hosts the first; an empty one is the host of no task.
      const [host] = listParam(query, 'host');
      return killCommand(host === undefined ? { appId: path.appId } : { appId: path.appId, host }, query);
    }
    case 'task':
      return killCommand({ appId: path.appId, taskId: path.taskId }, query);
    default:
      return undefined;
  }
}

/** Deleting an app is forced unless the client says otherwise (§5.3). */
const deleteApp = (appId: string, query: Query): ApiCommand => ({
  type: 'DeleteApp',
  appId,
  force: booleanParam(query, 'force', true),
});
