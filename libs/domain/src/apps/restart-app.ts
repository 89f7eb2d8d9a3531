import type { Accepted, ApiCommand, Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { parentPath } from '../ids/path-id.js';
import { changeTree } from './change-tree.js';

/** `POST /v2/apps/{id}/restart`: the same definition under a new version (`spec/rest-api.md` §7.9). */
export function restartApp(
  turn: Turn,
  { appId, force }: Extract<ApiCommand, { type: 'RestartApp' }>,
): Accepted | Refusal {
  if (!turn.state.apps.has(appId)) return { kind: 'refused', code: 'AppNotFound', appId };
  return changeTree(turn, { wishes: [{ type: 'restart', appId }], force, groupId: parentPath(appId) });
}
