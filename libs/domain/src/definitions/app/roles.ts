import { ROOT, parentPath, topLevelGroup } from '../../ids/path-id.js';
import type { DefinitionContext } from '../settings.js';

/** Which roles a service may have at its place (`spec/definitions.md` §11). */
export interface RoleSettings {
  readonly defaultRole: string;
  readonly allowedRoles: readonly string[];
  /** Role of the stored service with the same id. */
  readonly existingRole?: string;
}

/** The table of §11 for one service id (canonical). */
export function roleSettingsFor(id: string, context: DefinitionContext): RoleSettings {
  const { settings, places, inGroupBody = false } = context;
  const existingRole = places.storedApp(id)?.role;
  const group = topLevelGroup(id);
  if (group === undefined || parentPath(id) === ROOT) {
    return { defaultRole: settings.mesosRole, allowedRoles: [settings.mesosRole], existingRole };
  }
  const groupRole = group.slice(1);
  const enforced = places.enforcesRole(group) ?? settings.newGroupEnforceRole === 'top';
  const roles = enforced ? [groupRole] : [settings.mesosRole];
  if (!enforced && !inGroupBody) roles.push(groupRole);
  if (existingRole !== undefined) roles.push(existingRole);
  return {
    defaultRole: enforced ? groupRole : settings.mesosRole,
    allowedRoles: [...new Set(roles)],
    existingRole,
  };
}
