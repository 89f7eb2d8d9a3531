import { existsSync } from 'node:fs';
import type { Call } from '../command-line/command.js';
import { numberOf } from '../command-line/input.js';
import { fromAppOptions } from '../definition/app-options.js';
import { readDefinition, type JsonObject } from '../definition/read-definition.js';
import { assignmentOf, withAssignment } from '../definition/set-path.js';
import { EXIT, RefusedError, UsageError, type ExitCode } from '../errors.js';
import { pathOf, queryText, type ApiRequest } from '../http/api.js';
import { whenOf } from '../when.js';
import { confirmed } from './confirm.js';
import { absoluteId } from './ids.js';
import { planFor, showPlan } from './plan-view.js';
import { deploy, forceQuery } from './submit.js';

export async function createApp(call: Call): Promise<ExitCode> {
  const { input } = call;
  const file = input.optional('FILE');
  const base = file === undefined ? {} : await readDefinition(file, call.io);
  const id = input.option('id');
  const body = changed(call, { ...base, ...(id === undefined ? {} : { id: absoluteId(id) }) });
  if (typeof body['id'] !== 'string') {
    throw new UsageError('the app has no id', ['`--id /web`, or `"id": "/web"` in the definition']);
  }
  const request = { method: 'POST', path: '/v2/apps', query: forceQuery(call), body } as const;
  return deploy(call, { request, done: `creates ${absoluteId(body['id'])}` });
}

/** A definition with what the options and `--set` say on top of it. */
function changed({ input }: Call, base: JsonObject): JsonObject {
  const withOptions: JsonObject = { ...base, ...fromAppOptions(input, base) };
  return input.list('set').map(assignmentOf).reduce(withAssignment, withOptions);
}

export async function updateApp(call: Call): Promise<ExitCode> {
  const request = await updateRequest(call, absoluteId(call.input.argument('ID')));
  return deploy(call, { request, done: `updates ${absoluteId(call.input.argument('ID'))}` });
}

/**
 * The write that brings an app to what file and options say. Only top-level members that change are sent; where options
 * reach into one, it is read first, since the API replaces members whole.
 */
async function updateRequest(call: Call, id: string): Promise<ApiRequest> {
  const { input, io } = call;
  const file = input.optional('FILE');
  const fromFile = file === undefined ? {} : await readDefinition(file, io);
  const isReplacement = input.flag('replace');
  if (isReplacement && file === undefined)
    throw new UsageError('`--replace` needs a whole definition: FILE or `-`');
  const present = isReplacement ? {} : await presentApp(call, id, { mayBeMissing: file !== undefined });
  const base: JsonObject = { ...present, ...fromFile };
  const wanted = changed(call, base);
  const touched = new Set([
    ...Object.keys(fromFile),
    ...Object.keys(fromAppOptions(input, base)),
    ...input.list('set').map((text) => assignmentOf(text).path[0]!),
  ]);
  if (touched.size === 0)
    throw new UsageError('nothing to change: give FILE, `-`, options or `--set path=value`');
  const body = Object.fromEntries([...touched].map((name) => [name, wanted[name] ?? emptied(present[name])]));
  const query = { ...forceQuery(call), ...(isReplacement ? { partialUpdate: false } : {}) };
  return { method: 'PUT', path: pathOf('/v2/apps', id), query, body };
}

/** A member cannot be taken away by an update, only emptied (`spec/rest-api.md` §7.4). */
const emptied = (value: unknown): unknown =>
  Array.isArray(value) ? [] : typeof value === 'object' && value !== null ? {} : null;

/** The app as it is; nothing if there is none, which a definition then creates. */
async function presentApp(
  { api }: Call,
  id: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): Promise<JsonObject> {
  try {
    return (await api.get<{ app: JsonObject }>(pathOf('/v2/apps', id))).app;
  } catch (error) {
    if (mayBeMissing && error instanceof RefusedError && error.status === 404) return {};
    throw error;
  }
}

export async function scaleApp(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  const instances = numberOf(call.input.argument('INSTANCES'), 'INSTANCES');
  const path = pathOf('/v2/apps', id);
  // The answer for what does not exist: the update itself would ask for a whole definition.
  await call.api.get(path);
  const request = { method: 'PATCH', path, query: forceQuery(call), body: { instances } } as const;
  return deploy(call, { request, done: `scales ${id} to ${instances}` });
}

export async function restartApp(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  const request = {
    method: 'POST',
    path: pathOf('/v2/apps', id, 'restart'),
    query: forceQuery(call),
  } as const;
  return deploy(call, { request, done: `restarts ${id}` });
}

export async function deleteApp(call: Call): Promise<ExitCode> {
  const { input } = call;
  const id = absoluteId(input.argument('ID'));
  const asksByPlan = input.flag('plan');
  if (!asksByPlan && !(await confirmed(call, `Delete ${id} with all its tasks?`, { otherwise: true }))) {
    return EXIT.failed;
  }
  const query = { force: input.flag('force') };
  const request = { method: 'DELETE', path: pathOf('/v2/apps', id), query } as const;
  return deploy(call, { request, done: `deletes ${id}` });
}

export async function rollbackApp(call: Call): Promise<ExitCode> {
  const id = absoluteId(call.input.argument('ID'));
  const path = pathOf('/ekiden/v1/apps', id, 'rollback');
  return deploy(call, rollbackTo(call, path, id));
}

/** The change that brings an app or group back to how it was. */
export function rollbackTo(call: Call, path: string, id: string) {
  const text = call.input.argument('TO');
  const where = whenOf(text, call.io.nowMs());
  const body = { to: /^\d+$/.test(where) ? Number(where) : where };
  const request = { method: 'POST', path, query: forceQuery(call), body } as const;
  return { request, done: `rolls ${id} back to ${text}` };
}

/** Shows what a definition, or a change of an app, would do. */
export async function planApp(call: Call): Promise<ExitCode> {
  const target = call.input.argument('TARGET');
  const isFile = target === '-' || existsSync(target);
  const request = isFile ? await requestOfFile(call, target) : await updateRequest(call, absoluteId(target));
  return showPlanOf(call, request);
}

async function requestOfFile(call: Call, file: string): Promise<ApiRequest> {
  const body = changed(call, await readDefinition(file, call.io));
  if (typeof body['id'] !== 'string') throw new UsageError(`${file} has no id`);
  const query = { ...forceQuery(call), ...(call.input.flag('replace') ? { partialUpdate: false } : {}) };
  return { method: 'PUT', path: pathOf('/v2/apps', body['id']), query, body };
}

/** Shows what a write would do; 1 if it would be refused. */
export async function showPlanOf(
  call: Call,
  { method, path, query = {}, body }: ApiRequest,
): Promise<ExitCode> {
  const { screen } = call;
  const plan = await planFor(call, { method, path: `${path}${queryText(query)}`, body });
  if (screen.json) screen.body(plan.text);
  else showPlan(plan.body, screen, (line) => screen.line(line));
  return plan.body.outcome === 'refused' ? EXIT.failed : EXIT.ok;
}
