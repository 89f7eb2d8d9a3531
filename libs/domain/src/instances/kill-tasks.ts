import { changeTree } from '../apps/change-tree.js';
import type { Accepted, Killed, Refusal, TaskSelection } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { parseTaskId } from '../ids/instance-id.js';
import { ROOT } from '../ids/path-id.js';
import { isActive } from './condition.js';
import type { Instance } from './instance.js';
import { changeGoal, expunge, requestKill } from './operations.js';

/** Kill without scaling (`spec/scheduling.md` §9.2, `spec/rest-api.md` §8.5). */
export function killTasks(turn: Turn, selection: TaskSelection, wipe: boolean): Killed | Refusal {
  const selected = select(turn, selection);
  if ('kind' in selected) return selected;
  for (const instance of selected.instances) {
    if (wipe) wipeOut(turn, instance);
    else if (isActive(instance.condition)) requestKill(turn, instance, 'UserRequest');
  }
  return { kind: 'killed', instances: selected.instances };
}

/** Kill and lower the number of instances by as many (`spec/scheduling.md` §9.3). */
export function killAndScale(turn: Turn, selection: TaskSelection, force: boolean): Accepted | Refusal {
  if ('appId' in selection && turn.state.instances.idsOf(selection.appId).size === 0) {
    return { kind: 'refused', code: 'PathNotFound', path: selection.appId };
  }
  const selected = select(turn, selection, { unknownTaskIsNone: true });
  if ('kind' in selected) return selected;
  const victims = selected.instances.filter((i) => isActive(i.condition) && i.condition !== 'Killing');
  const lost = new Map<string, number>();
  for (const { appId } of victims) lost.set(appId, (lost.get(appId) ?? 0) + 1);
  const wishes = [...lost].flatMap(([appId, count]) => {
    const app = turn.state.apps.get(appId);
    return app === undefined
      ? []
      : [{ type: 'store' as const, app: { ...app, instances: Math.max(0, app.instances - count) } }];
  });
  return changeTree(turn, {
    wishes,
    force,
    groupId: ROOT,
    instancesToKill: victims.map((instance) => instance.id),
  });
}

interface Selected {
  readonly instances: Instance[];
}

function select(
  turn: Turn,
  selection: TaskSelection,
  { unknownTaskIsNone = false }: { unknownTaskIsNone?: boolean } = {},
): Selected | Refusal {
  if ('taskIds' in selection) return selectByIds(turn, selection.taskIds);
  const { appId, host, taskId } = selection;
  if (!turn.state.apps.has(appId)) return { kind: 'refused', code: 'AppNotFound', appId };
  const placed = turn.state.instances.of(appId).filter((instance) => instance.task !== undefined);
  if (taskId !== undefined) {
    const instanceId = parseTaskId(taskId)?.instanceId;
    const found = placed.filter((instance) => instance.id === instanceId);
    if (found.length === 0 && !unknownTaskIsNone) return { kind: 'refused', code: 'TaskNotFound', taskId };
    return { instances: found };
  }
  const anywhere = host === undefined || host === '*';
  return { instances: anywhere ? placed : placed.filter((instance) => instance.agent?.host === host) };
}

/** Ids of the right form that nobody knows are skipped; a malformed one refuses the request. */
function selectByIds(turn: Turn, taskIds: readonly string[]): Selected | Refusal {
  const instances = new Map<string, Instance>();
  for (const taskId of taskIds) {
    const parsed = parseTaskId(taskId);
    if (parsed === undefined) {
      const message = `Invalid task id '${taskId}'. A task id looks like shop_db.instance-<uuid>._app.1`;
      return { kind: 'refused', code: 'BadRequest', message };
    }
    const instance = turn.state.instances.get(parsed.instanceId);
    if (instance?.task !== undefined) instances.set(instance.id, instance);
  }
  return { instances: [...instances.values()] };
}

/** Decommissions and forgets at once; a survivor is later killed as unknown, so its kill is sent here. */
function wipeOut(turn: Turn, instance: Instance): void {
  changeGoal(turn, instance.id, 'Decommissioned', 'UserRequest');
  if (instance.task !== undefined && isActive(instance.condition)) {
    const agentId = instance.agent?.agentId;
    turn.request({
      type: 'KillTask',
      taskId: instance.task.id,
      ...(agentId === undefined ? {} : { agentId }),
    });
  }
  expunge(turn, instance.id, 'Killed');
}
