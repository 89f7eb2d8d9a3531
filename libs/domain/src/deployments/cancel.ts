import { cancelDeployment, changeTree, type Wish } from '../apps/change-tree.js';
import type { Accepted, ApiCommand, Done, Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { sameDefinition } from '../definitions/app/change-detection.js';
import { ROOT } from '../ids/path-id.js';
import type { Deployment } from '../state/state.js';

/**
 * `DELETE /v2/deployments/{id}` (`spec/scheduling.md` §7.5). Forced: the deployment stops where it stands and
 * nothing is undone. Otherwise a new deployment, forced itself, brings back what the plan had changed; later
 * changes of other apps survive.
 */
export function cancel(
  turn: Turn,
  { deploymentId, force }: Extract<ApiCommand, { type: 'CancelDeployment' }>,
): Accepted | Done | Refusal {
  const deployment = turn.state.deployments.get(deploymentId);
  if (deployment === undefined) return { kind: 'refused', code: 'DeploymentNotFound', deploymentId };
  if (!force) return changeTree(turn, { wishes: revert(turn, deployment), force: true, groupId: ROOT });
  cancelDeployment(turn, deployment);
  return { kind: 'done' };
}

function revert(turn: Turn, { originals }: Deployment): Wish[] {
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
