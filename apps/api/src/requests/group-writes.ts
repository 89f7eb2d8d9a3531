import type { ApiCommand } from '#domain';
import { groupMethodsOf, splitGroupPath, writableGroup } from '../paths/group-path.js';
import { booleanParam } from '../paths/query.js';
import { methodNotAllowed, type Answer } from '../wire/answer.js';
import type { WriteRequest } from './write-request.js';

/** The command behind a write at or below `/v2/groups` (`spec/rest-api.md` §9.4–9.7), or the answer to one that has none. */
export function groupWrite({ method, rest, query, body }: WriteRequest): ApiCommand | Answer {
  const path = splitGroupPath(rest);
  const groupId = writableGroup(path);
  if (groupId === undefined) return methodNotAllowed(groupMethodsOf(path));
  const force = booleanParam(query, 'force', false);
  if (method === 'DELETE') return { type: 'DeleteGroup', groupId, force };
  const read = body();
  if (!read.ok) return read.answer;
  const json = read.value;
  if (method === 'POST') return { type: 'CreateGroup', groupId, json, force };
  if (method === 'PATCH') return { type: 'PatchGroup', groupId, json };
  return { type: 'PutGroup', groupId, json, force, dryRun: booleanParam(query, 'dryRun', false) };
}
