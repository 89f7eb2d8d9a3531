import { pathErrors } from '../app/rules/identity-rules.js';
import { canonicalPath, parentPath, ROOT } from '../../ids/path-id.js';
import type { DefinitionContext } from '../settings.js';
import type { Violations } from '../violations.js';
import type { SubmittedGroup } from './group-schema.js';

const EXCLUSIVE = 'not allowed in conjunction with other properties.';

/** Begins as the contract says; the rest tells what to do (`spec/definitions.md` §13.2). */
const ROLE_WITH_SERVICES =
  'enforceRole cannot be modified in a request that adds, removes or modifies services; ' +
  'please make these changes in separate requests.';

/** Where a group of a body stands. */
interface Place {
  /** Canonical. */
  readonly groupId: string;
  /** What precedes its fields in the paths of violations; empty for the body itself. */
  readonly prefix: string;
}

/** Phase C for the groups of a body, at any depth (`spec/definitions.md` §3.3, §13.2). */
export function groupRules(
  body: SubmittedGroup,
  groupId: string,
  context: DefinitionContext,
  violations: Violations,
): void {
  const changesServices = hasServices(body);
  const waiting: { readonly group: SubmittedGroup; readonly place: Place }[] = [
    { group: body, place: { groupId, prefix: '' } },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { group, place } = next;
    exclusiveRules(group, place, violations);
    idRules(group, place, violations);
    enforceRoleRules(group, place, { context, changesServices }, violations);
    for (const [index, nested] of (group.groups ?? []).entries()) {
      const prefix = `${place.prefix}/groups(${index})`;
      const id = canonicalPath(nested.id ?? '', place.groupId);
      waiting.push({ group: nested, place: { groupId: id, prefix } });
    }
  }
}

/** Phase R: nested groups lie directly in the group that lists them (§3.3). */
export function nestingRules(body: SubmittedGroup, groupId: string, violations: Violations): void {
  const waiting: { readonly group: SubmittedGroup; readonly place: Place }[] = [
    { group: body, place: { groupId, prefix: '' } },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { group, place } = next;
    for (const [index, nested] of (group.groups ?? []).entries()) {
      const prefix = `${place.prefix}/groups(${index})`;
      const id = canonicalPath(nested.id ?? '', place.groupId);
      const isChild = id !== ROOT && parentPath(id) === place.groupId;
      violations.require(isChild, prefix, 'Group has to be child of groups with parent id');
      waiting.push({ group: nested, place: { groupId: id, prefix } });
    }
  }
}

function exclusiveRules(group: SubmittedGroup, { prefix }: Place, violations: Violations): void {
  const alone = Object.values(group).filter((value) => value !== undefined).length === 1;
  if (alone) return;
  if (group.version !== undefined) violations.add(`${prefix}/version`, EXCLUSIVE);
  if (group.scaleBy !== undefined) violations.add(`${prefix}/scaleBy`, EXCLUSIVE);
}

function idRules(group: SubmittedGroup, { groupId, prefix }: Place, violations: Violations): void {
  const ownPath = prefix === '' ? '/' : `${prefix}/id`;
  for (const error of pathErrors(groupId)) violations.add(ownPath, error);
  for (const [index, dependency] of (group.dependencies ?? []).entries()) {
    for (const error of pathErrors(dependency)) violations.add(`${prefix}/dependencies(${index})`, error);
  }
  for (const [index, app] of (group.apps ?? []).entries()) {
    const id = canonicalPath(app.id ?? '', groupId);
    const isChild = id !== ROOT && parentPath(id) === groupId;
    violations.require(isChild, `${prefix}/apps(${index})/id`, `Identifier is not child of '${groupId}'`);
  }
}

function enforceRoleRules(
  group: SubmittedGroup,
  { groupId, prefix }: Place,
  { context, changesServices }: { readonly context: DefinitionContext; readonly changesServices: boolean },
  violations: Violations,
): void {
  if (groupId === ROOT) return;
  if (parentPath(groupId) !== ROOT) {
    const text = `enforceRole can only be set for top-level groups, and ${groupId} is not top-level`;
    violations.require(group.enforceRole !== true, `${prefix}/enforceRole`, text);
    return;
  }
  const stored = context.places.enforcesRole(groupId);
  if (stored === undefined || group.version !== undefined || group.scaleBy !== undefined) return;
  const asked = group.enforceRole !== undefined || group.id !== undefined;
  if (asked && changesServices && stored !== effectiveEnforceRole(group, context)) {
    violations.add(`${prefix}/enforceRole`, ROLE_WITH_SERVICES);
  }
}

/** What a top-level group enforces after an update: absent means the flag, not the stored value (§13.3). */
export function effectiveEnforceRole(group: SubmittedGroup, { settings }: DefinitionContext): boolean {
  return group.enforceRole ?? settings.newGroupEnforceRole === 'top';
}

/** Whether a body says anything about services, at any depth (§13.2). */
function hasServices({ apps, version, scaleBy, groups }: SubmittedGroup): boolean {
  return (
    apps !== undefined ||
    version !== undefined ||
    scaleBy !== undefined ||
    (groups ?? []).some((nested) => hasServices(nested))
  );
}
