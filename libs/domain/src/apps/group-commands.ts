import type { Accepted, ApiCommand, Done, Planned, Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { parseGroup, parseGroupPatch } from '../definitions/group/parse-group.js';
import { parentPath, ROOT } from '../ids/path-id.js';
import { changeTree, planTreeChange, refuseChange, type TreeChange } from './change-tree.js';
import { definitionContext, refusalOf } from './definition-context.js';
import { requestedChange, withoutGroup } from './group-change.js';

/** `POST /v2/groups[/{id}]`: the group must be new (`spec/rest-api.md` §9.4). */
export function createGroup(
  turn: Turn,
  { groupId: urlGroupId, json, force }: Extract<ApiCommand, { type: 'CreateGroup' }>,
): Accepted | Refusal {
  const { state } = turn;
  const context = { ...definitionContext(turn, force), basePath: urlGroupId };
  const request = parseGroup(json, context);
  if (!request.ok) return refusalOf(request.error);
  const groupId = request.value.kind === 'structure' ? request.value.update.id : request.value.groupId;
  if (state.groups.has(groupId)) return { kind: 'refused', code: 'GroupAlreadyExists', groupId };
  if (state.apps.has(groupId)) return { kind: 'refused', code: 'AppAtGroupPath', groupId };
  const parts = requestedChange(turn, request.value);
  if ('kind' in parts) return refuseChange(turn, parentPath(groupId), parts);
  const reply = changeTree(turn, { ...parts, force, groupId: parentPath(groupId) });
  return reply.kind === 'accepted' ? { groupId, ...reply } : reply;
}

/** `PUT /v2/groups[/{id}]`: creates, changes, scales or rolls back (§9.5). */
export function putGroup(
  turn: Turn,
  { groupId: urlGroupId, json, force, dryRun }: Extract<ApiCommand, { type: 'PutGroup' }>,
): Accepted | Planned | Refusal {
  const context = { ...definitionContext(turn, force), basePath: urlGroupId };
  const request = parseGroup(json, context);
  if (!request.ok) return refusalOf(request.error);
  const groupId = request.value.kind === 'structure' ? request.value.update.id : request.value.groupId;
  const parts = requestedChange(turn, request.value);
  if ('kind' in parts) return dryRun ? parts : refuseChange(turn, parentPath(groupId), parts);
  const change: TreeChange = { ...parts, force, groupId: parentPath(groupId) };
  return dryRun ? planTreeChange(turn, change) : changeTree(turn, change);
}

/** `PATCH /v2/groups/{id}`: the enforced role alone; services keep theirs until they are updated (§9.6). */
export function patchGroup(
  turn: Turn,
  { groupId, json }: Extract<ApiCommand, { type: 'PatchGroup' }>,
): Done | Refusal {
  const enforceRole = parseGroupPatch(json, { ...definitionContext(turn, false), basePath: groupId });
  if (!enforceRole.ok) return refusalOf(enforceRole.error);
  const group = turn.state.groups.get(groupId);
  if (group === undefined) return { kind: 'refused', code: 'GroupNotFound', groupId };
  if (group.enforceRole !== enforceRole.value) {
    const { dependencies } = group;
    turn.emit({ type: 'GroupUpdated', data: { groupId, enforceRole: enforceRole.value, dependencies } });
  }
  return { kind: 'done' };
}

/** `DELETE /v2/groups[/{id}]`: with everything below; the root itself only becomes empty (§9.7). */
export function deleteGroup(
  turn: Turn,
  { groupId, force }: Extract<ApiCommand, { type: 'DeleteGroup' }>,
): Accepted | Refusal {
  if (groupId !== ROOT && !turn.state.groups.has(groupId)) {
    return { kind: 'refused', code: 'GroupNotFound', groupId };
  }
  return changeTree(turn, { ...withoutGroup(turn.state, groupId), force, groupId: parentPath(groupId) });
}
