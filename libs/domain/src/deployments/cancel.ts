import { cancelDeployment, changeTree, type Wish } from '../apps/change-tree.js';
import type { GroupWish } from '../apps/group-transitions.js';
import type { Accepted, ApiCommand, Done, Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { sameDefinition } from '../definitions/app/change-detection.js';
import { sameValue } from '../definitions/deep-equal.js';
import { atOrAbove, ROOT } from '../ids/path-id.js';
import type { Deployment, Group, GroupChange, State } from '../state/state.js';

/**
 * `DELETE /v2/deployments/{id}` (`spec/scheduling.md` §7.5). Forced: the deployment stops where it stands and
 * nothing is undone. Otherwise a new deployment, forced itself, brings back what the plan had changed; later
 * changes of other apps and groups survive.
 */
export function cancel(
  turn: Turn,
  { deploymentId, force }: Extract<ApiCommand, { type: 'CancelDeployment' }>,
): Accepted | Done | Refusal {
  const deployment = turn.state.deployments.get(deploymentId);
  if (deployment === undefined) return { kind: 'refused', code: 'DeploymentNotFound', deploymentId };
  if (!force) {
    const wishes = revertApps(turn, deployment);
    const groups = revertGroups(turn.state, deployment, wishes);
    return changeTree(turn, { wishes, groups, force: true, groupId: ROOT });
  }
  cancelDeployment(turn, deployment);
  return { kind: 'done' };
}

function revertApps(turn: Turn, { originals }: Deployment): Wish[] {
  const wishes: Wish[] = [];
  for (const [appId, original] of originals) {
    const present = turn.state.apps.get(appId);
    // What only began anew has no older definition to go back to: its instances are brought to one version again.
    if (original !== null && present !== undefined && sameDefinition(original, present)) {
      wishes.push({ type: 'restart', appId });
    } else if (original !== null) wishes.push({ type: 'store', app: original });
    else if (present !== undefined) wishes.push({ type: 'delete', appId });
  }
  return wishes;
}

/**
 * Innermost groups first, so that a group whose last member goes is found empty. A group does not come back where an
 * app has come to be meanwhile.
 */
function revertGroups(state: State, { groups }: Deployment, apps: readonly Wish[]): GroupWish[] {
  const wishes = new Map<string, GroupWish>();
  const leaving = new Set(apps.flatMap((wish) => (wish.type === 'delete' ? wish.appId : [])));
  const goes = (groupId: string): boolean => wishes.get(groupId)?.type === 'delete';
  const isTaken = atOrAbove((id) => state.apps.has(id) && !leaving.has(id));
  const staysEmpty = (groupId: string): boolean =>
    [...state.tree.appsIn(groupId)].every((appId) => leaving.has(appId)) &&
    [...state.tree.groupsIn(groupId)].every(goes);

  for (const [groupId, change] of [...groups].toSorted(([a], [b]) => (a < b ? 1 : -1))) {
    const present = state.groups.get(groupId);
    const { original, target } = change;
    const untouched = sameDependencies(present, target);
    if (original === null && groupId !== ROOT && present !== undefined && untouched && staysEmpty(groupId)) {
      wishes.set(groupId, { type: 'delete', groupId });
    } else if (present !== undefined || (original !== null && !isTaken(groupId))) {
      wishes.set(groupId, { type: 'store', group: revertedGroup(groupId, present, change) });
    }
  }
  return [...wishes.values()];
}

/** Dependencies that the plan removed come back, those it added go; whatever came later stays. */
function revertedGroup(groupId: string, present: Group | undefined, change: GroupChange): Group {
  const { original, target } = change;
  const before = original?.dependencies ?? [];
  const after = target?.dependencies ?? [];
  const now = present?.dependencies ?? [];
  const kept = now.filter((id) => before.includes(id) || !after.includes(id));
  const enforceRole = (present ?? original)?.enforceRole;
  return {
    id: groupId,
    ...(enforceRole === undefined ? {} : { enforceRole }),
    dependencies: [...new Set([...kept, ...before.filter((id) => !after.includes(id))])],
  };
}

function sameDependencies(present: Group | undefined, target: Group | null): boolean {
  return sameValue(present?.dependencies ?? [], target?.dependencies ?? [], 'dependencies');
}
