import type { Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { UnversionedApp } from '../definitions/app/app-definition.js';
import { modelViolationsOf } from '../definitions/app/parse-app.js';
import { MOST_INSTANCES } from '../definitions/app/schema/app-schema.js';
import type { GroupRequest, GroupUpdate } from '../definitions/group/parse-group.js';
import type { Violation } from '../definitions/result.js';
import { Violations } from '../definitions/violations.js';
import { ROOT } from '../ids/path-id.js';
import type { State, Subtree } from '../state/state.js';
import type { Timestamp } from '../time/timestamp.js';
import type { Wish } from './change-tree.js';
import { definitionContext } from './definition-context.js';
import type { GroupWish } from './group-transitions.js';
import { refuseUnsupported, withServicePorts } from './prepare-app.js';

/** What shall become of apps and groups. */
export interface ChangeParts {
  readonly wishes: readonly Wish[];
  readonly groups: readonly GroupWish[];
  readonly violations?: readonly Violation[];
}

/** What a group request means for the tree as it is. */
export function requestedChange(turn: Turn, request: GroupRequest): ChangeParts | Refusal {
  switch (request.kind) {
    case 'structure':
      return structureChange(turn, request.update, request.violations);
    case 'scale':
      return judged(turn, scaled(turn.state, request.groupId, request.factor));
    case 'rollback': {
      const parts = rolledBack(turn.state, request.groupId, request.version);
      return 'kind' in parts ? parts : judged(turn, parts);
    }
  }
}

/** Apps that come about without having been sent must be valid all the same (`spec/definitions.md` §2.1, phase R). */
function judged(turn: Turn, parts: ChangeParts): ChangeParts {
  const context = definitionContext(turn, false);
  const violations = new Violations();
  for (const wish of parts.wishes) {
    if (wish.type !== 'store') continue;
    for (const { errors } of modelViolationsOf(wish.app, context).list()) {
      for (const error of errors) violations.add(`/apps/${wish.app.id}`, error);
    }
  }
  return { ...parts, violations: violations.list() };
}

/** A group with everything below it leaves the tree; the root stays, empty. */
export function withoutGroup(state: State, groupId: string): ChangeParts {
  const parts: { wishes: Wish[]; groups: GroupWish[] } = { wishes: [], groups: [] };
  removeBelow(state, groupId, parts);
  const emptied: GroupWish = { type: 'store', group: { id: ROOT, dependencies: [] } };
  parts.groups.push(groupId === ROOT ? emptied : { type: 'delete', groupId });
  return parts;
}

function removeBelow(
  state: State,
  groupId: string,
  { wishes, groups }: { wishes: Wish[]; groups: GroupWish[] },
): void {
  for (const appId of state.tree.appsBelow(groupId)) wishes.push({ type: 'delete', appId });
  for (const id of state.tree.groupsBelow(groupId)) groups.push({ type: 'delete', groupId: id });
}

/** What is listed is stored, what is not listed leaves, what is not spoken of stays (`spec/definitions.md` §13.1). */
function structureChange(
  turn: Turn,
  update: GroupUpdate,
  violations: readonly Violation[],
): ChangeParts | Refusal {
  const stored: UnversionedApp[] = [];
  const wishes: Wish[] = [];
  const groups: GroupWish[] = [];
  collect(turn.state, update, { stored, wishes, groups });
  // A request that is refused for violations needs no ports, nor another word.
  const prepared = violations.length > 0 ? stored : prepareApps(turn, stored);
  if ('kind' in prepared) return prepared;
  for (const app of prepared) wishes.push({ type: 'store', app });
  return { wishes, groups, violations };
}

function prepareApps(turn: Turn, apps: readonly UnversionedApp[]): UnversionedApp[] | Refusal {
  for (const app of apps) {
    const refusal = refuseUnsupported(app);
    if (refusal !== undefined) return refusal;
  }
  return withServicePorts(turn, apps);
}

function collect(
  state: State,
  { id, apps, groups, dependencies, enforceRole }: GroupUpdate,
  into: { stored: UnversionedApp[]; wishes: Wish[]; groups: GroupWish[] },
): void {
  const group = {
    id,
    ...(enforceRole === undefined ? {} : { enforceRole }),
    dependencies: dependencies ?? state.groups.get(id)?.dependencies ?? [],
  };
  into.groups.push({ type: 'store', group });
  if (apps !== undefined) {
    // Of two apps with one id the later one counts (§3.4).
    const listed = new Map(apps.map((app) => [app.id, app]));
    for (const app of listed.values()) into.stored.push(app);
    for (const appId of state.tree.appsIn(id)) {
      if (!listed.has(appId)) into.wishes.push({ type: 'delete', appId });
    }
  }
  if (groups === undefined) return;
  const listed = new Map(groups.map((nested) => [nested.id, nested]));
  for (const groupId of state.tree.groupsIn(id)) {
    if (listed.has(groupId)) continue;
    removeBelow(state, groupId, into);
    into.groups.push({ type: 'delete', groupId });
  }
  for (const nested of listed.values()) collect(state, nested, into);
}

/**
 * `scaleBy`: every app below gets so many times its instances, rounded up (`spec/scheduling.md` §7.7). A group that is
 * not there is created: the answer says so (`spec/rest-api.md` §9.4, §9.5).
 */
function scaled(state: State, groupId: string, factor: number): ChangeParts {
  const wishes: Wish[] = [];
  for (const appId of state.tree.appsBelow(groupId)) {
    const app = state.apps.get(appId);
    if (app === undefined) continue;
    const instances = scaledInstances(app.instances, factor);
    if (instances === app.instances) continue;
    wishes.push({ type: 'store', app: { ...app, instances } });
  }
  return { wishes, groups: [{ type: 'create', groupId }] };
}

/** A whole number whatever the factor is: nothing is scaled to nothing, not even by infinity. */
function scaledInstances(instances: number, factor: number): number {
  return instances === 0 || factor === 0 ? 0 : Math.min(MOST_INSTANCES, Math.ceil(instances * factor));
}

/** The group as it was in an older version of the tree, with everything below. */
function rolledBack(state: State, groupId: string, version: Timestamp): ChangeParts | Refusal {
  const former = state.subtreeAt(groupId, version);
  if (former === undefined) {
    const message = `Group ${groupId} not available in version ${version}`;
    return { kind: 'refused', code: 'Invalid', message };
  }
  return backTo(state, groupId, former);
}

/** The group as it was at any time, with everything below; its apps are judged anew. */
export const restored = (turn: Turn, groupId: string, former: Subtree): ChangeParts =>
  judged(turn, backTo(turn.state, groupId, former));

function backTo(state: State, groupId: string, former: Subtree): ChangeParts {
  const wishes: Wish[] = [];
  for (const appId of state.tree.appsBelow(groupId)) {
    if (!former.apps.has(appId)) wishes.push({ type: 'delete', appId });
  }
  for (const [appId, app] of former.apps) {
    if (state.apps.get(appId) !== app) wishes.push({ type: 'store', app });
  }
  const groups: GroupWish[] = [];
  for (const id of state.tree.groupsBelow(groupId)) {
    if (!former.groups.has(id)) groups.push({ type: 'delete', groupId: id });
  }
  for (const group of former.groups.values()) groups.push({ type: 'store', group });
  return { wishes, groups };
}
