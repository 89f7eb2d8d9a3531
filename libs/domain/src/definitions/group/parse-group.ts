import { canonicalPath, parentPath, ROOT } from '../../ids/path-id.js';
import { formatTimestamp, parseTimestamp, type Timestamp } from '../../time/timestamp.js';
import type { UnversionedApp } from '../app/app-definition.js';
import { completeApp } from '../app/parse-app.js';
import {
  accepted,
  contradiction,
  invalidJson,
  invalidObject,
  type Result,
  type Violation,
} from '../result.js';
import type { DefinitionContext } from '../settings.js';
import { Violations } from '../violations.js';
import { effectiveEnforceRole, groupRules, nestingRules } from './group-rules.js';
import { readGroup, readGroupPatch, type SubmittedGroup } from './group-schema.js';

/** What a body says about one group; what it leaves out stays as it is (`spec/definitions.md` §13.1). */
export interface GroupUpdate {
  /** Canonical. */
  readonly id: string;
  /** All apps that shall lie directly in the group. */
  readonly apps?: readonly UnversionedApp[];
  /** All groups that shall lie directly in the group. */
  readonly groups?: readonly GroupUpdate[];
  /** Canonical. */
  readonly dependencies?: readonly string[];
  /** Top-level groups only, and there always. */
  readonly enforceRole?: boolean;
}

/** What the body of a POST or PUT asks for. */
export type GroupRequest =
  | {
      readonly kind: 'structure';
      readonly update: GroupUpdate;
      /** Violations of phase R that the body alone shows; they are reported with those of the tree. */
      readonly violations: readonly Violation[];
    }
  | { readonly kind: 'scale'; readonly groupId: string; readonly factor: number }
  | { readonly kind: 'rollback'; readonly groupId: string; readonly version: Timestamp };

/**
 * Reads the body of POST or PUT `/v2/groups/{id}`: phases P, L, C and the normalisation (§2.1). L and C of apps run
 * app by app, and the first invalid one ends the request with paths relative to that app; what phase M finds in apps
 * belongs to phase R here. `context.basePath` is the group of the URL.
 */
export function parseGroup(json: unknown, context: DefinitionContext): Result<GroupRequest> {
  const violations = new Violations();
  const body = readGroup(json, '', violations);
  if (body === undefined || !violations.isEmpty) return invalidJson(violations.list());
  const groupId = body.id === undefined ? context.basePath : canonicalPath(body.id, context.basePath);

  const found = new Violations();
  const update = readUpdate(body, groupId, { context: withRolesOf(body, groupId, context), found });
  if (!update.ok) return update;
  groupRules(body, groupId, context, violations);
  if (!violations.isEmpty) return invalidObject(violations.list());
  if (body.version !== undefined) return rollback(groupId, body.version);
  if (body.scaleBy !== undefined) return accepted({ kind: 'scale', groupId, factor: body.scaleBy });
  nestingRules(body, groupId, found);
  podRules(body, '', violations);
  if (!violations.isEmpty) return invalidObject(violations.list());
  return accepted({ kind: 'structure', update: update.value, violations: found.list() });
}

/** Reads the body of PATCH `/v2/groups/{id}`: the role a top-level group shall enforce, the flag's default if absent. */
export function parseGroupPatch(json: unknown, context: DefinitionContext): Result<boolean> {
  const violations = new Violations();
  const body = readGroupPatch(json, '', violations);
  if (body === undefined || !violations.isEmpty) return invalidJson(violations.list());
  if (context.basePath === ROOT || parentPath(context.basePath) !== ROOT) {
    return invalidObject([{ path: '/', errors: ['Path needs to be top-level'] }]);
  }
  return accepted(effectiveEnforceRole(body, context));
}

interface Reading {
  readonly context: DefinitionContext;
  /** Collects what phase M finds in apps. */
  readonly found: Violations;
}

function readUpdate(group: SubmittedGroup, groupId: string, reading: Reading): Result<GroupUpdate> {
  const apps = readApps(group, groupId, reading);
  if (!apps.ok) return apps;
  let groups: GroupUpdate[] | undefined;
  if (group.groups !== undefined) {
    groups = [];
    for (const nested of group.groups) {
      const update = readUpdate(nested, canonicalPath(nested.id ?? '', groupId), reading);
      if (!update.ok) return update;
      groups.push(update.value);
    }
  }
  return accepted({
    id: groupId,
    ...(apps.value === undefined ? {} : { apps: apps.value }),
    ...(groups === undefined ? {} : { groups }),
    ...(group.dependencies === undefined
      ? {}
      : { dependencies: [...new Set(group.dependencies.map((id) => canonicalPath(id, groupId)))] }),
    ...(isTopLevel(groupId) ? { enforceRole: effectiveEnforceRole(group, reading.context) } : {}),
  });
}

function readApps(
  { apps }: SubmittedGroup,
  groupId: string,
  { context, found }: Reading,
): Result<UnversionedApp[] | undefined> {
  if (apps === undefined) return accepted(undefined);
  const inGroup = { ...context, basePath: groupId, inGroupBody: true };
  const read: UnversionedApp[] = [];
  for (const submitted of apps) {
    const judged = completeApp(submitted, inGroup);
    if (!judged.ok) return judged;
    const { app, model } = judged.value;
    for (const { errors } of model.list()) for (const error of errors) found.add(`/apps/${app.id}`, error);
    read.push(app);
  }
  return accepted(read);
}

/** The apps of a body already live under the roles that the body gives to their groups (§13.1, §13.3). */
function withRolesOf(body: SubmittedGroup, groupId: string, context: DefinitionContext): DefinitionContext {
  const roles = new Map<string, boolean>();
  if (isTopLevel(groupId)) roles.set(groupId, effectiveEnforceRole(body, context));
  for (const nested of groupId === ROOT ? (body.groups ?? []) : []) {
    const id = canonicalPath(nested.id ?? '', ROOT);
    if (isTopLevel(id)) roles.set(id, effectiveEnforceRole(nested, context));
  }
  const { places } = context;
  return {
    ...context,
    places: {
      storedApp: (appId) => places.storedApp(appId),
      enforcesRole: (group) => roles.get(group) ?? places.enforcesRole(group),
    },
  };
}

function rollback(groupId: string, text: string): Result<GroupRequest> {
  const epochMs = parseTimestamp(text);
  if (epochMs === undefined) {
    return contradiction(`Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`);
  }
  return accepted({ kind: 'rollback', groupId, version: formatTimestamp(epochMs) });
}

/** What this version does not do is refused, never half obeyed; an empty list asks for nothing. */
function podRules({ pods, groups }: SubmittedGroup, prefix: string, violations: Violations): void {
  if (Array.isArray(pods) && pods.length > 0) {
    const text = 'pods are not supported by this version of Ekiden; leave pods out';
    violations.add(`${prefix}/pods`, text);
  }
  for (const [index, nested] of (groups ?? []).entries()) {
    podRules(nested, `${prefix}/groups(${index})`, violations);
  }
}

const isTopLevel = (groupId: string): boolean => groupId !== ROOT && parentPath(groupId) === ROOT;
