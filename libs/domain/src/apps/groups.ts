import type { Turn } from '../deciding/turn.js';
import { ancestorPaths, parentPath, ROOT } from '../ids/path-id.js';

/** Brings the missing groups above a service into being (`spec/definitions.md` §3.4, §13.3). */
export function createParentGroups(turn: Turn, serviceId: string): void {
  for (const groupId of ancestorPaths(serviceId)) {
    if (turn.state.groups.has(groupId)) continue;
    const topLevel = parentPath(groupId) === ROOT;
    const enforceRole = turn.settings.newGroupEnforceRole === 'top';
    turn.emit({ type: 'GroupCreated', data: { groupId, ...(topLevel ? { enforceRole } : {}) } });
  }
}

/** An empty group gives way to a service of the same id. */
export function removeGroupReplacedBy(turn: Turn, serviceId: string): void {
  if (turn.state.groups.has(serviceId)) turn.emit({ type: 'GroupDeleted', data: { groupId: serviceId } });
}
