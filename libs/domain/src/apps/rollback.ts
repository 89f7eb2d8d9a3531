import type { Accepted, ApiCommand, Refusal, Reply } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { modelViolationsOf } from '../definitions/app/parse-app.js';
import { parentPath } from '../ids/path-id.js';
import { changeTree } from './change-tree.js';
import { storeOne } from './create-app.js';
import { definitionContext } from './definition-context.js';
import { restored } from './group-change.js';

/**
 * `POST /ekiden/v1/apps/{id}/rollback`: an ordinary update with a definition of another time (`spec/operations.md`
 * §18.3). What was valid then is judged by the rules of today.
 */
export function rollbackApp(
  turn: Turn,
  { app, force, uri }: Extract<ApiCommand, { type: 'RollbackApp' }>,
): Reply {
  const violations = modelViolationsOf(app, definitionContext(turn, force));
  if (!violations.isEmpty) {
    return { kind: 'refused', code: 'Invalid', message: 'Object is not valid', details: violations.list() };
  }
  return storeOne(turn, app, { force, uri });
}

/** `POST /ekiden/v1/groups/{id}/rollback`: everything below becomes what it was; what came since leaves. */
export function rollbackGroup(
  turn: Turn,
  { groupId, groups, apps, force }: Extract<ApiCommand, { type: 'RollbackGroup' }>,
): Accepted | Refusal {
  const former = {
    groups: new Map(groups.map((group) => [group.id, group])),
    apps: new Map(apps.map((app) => [app.id, app])),
  };
  const parts = restored(turn, groupId, former);
  return changeTree(turn, { ...parts, force, groupId: parentPath(groupId) });
}
