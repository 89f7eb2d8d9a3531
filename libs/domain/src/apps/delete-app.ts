import type { Accepted, ApiCommand, Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { parentPath } from '../ids/path-id.js';
import { changeTree } from './change-tree.js';

/** `DELETE /v2/apps/{id}` (`spec/rest-api.md` §7.8). */
export function deleteApp(
  turn: Turn,
  { appId, force }: Extract<ApiCommand, { type: 'DeleteApp' }>,
): Accepted | Refusal {
  if (!turn.state.apps.has(appId)) return { kind: 'refused', code: 'AppNotFound', appId };
  return changeTree(turn, { wishes: [{ type: 'delete', appId }], force, groupId: parentPath(appId) });
}
