import { Slice } from '../deciding/slice.js';
import type { Turn } from '../deciding/turn.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import { instanceIdOf } from '../ids/instance-id.js';
import type { UnhealthyKill } from '../events/domain-event.js';
import { isTerminal, type Condition, type Goal } from './condition.js';
import type { InstanceIndex } from '../state/instance-index.js';
import { healthOf, type GoalReason, type Instance, type KillReason } from './instance.js';

/** The parts of an instance that its events repeat, so that each event stands for itself. */
export function factsOf(instance: Instance) {
  return {
    instanceId: instance.id,
    appId: instance.appId,
    version: instance.app.version,
    host: instance.agent?.host ?? null,
    agentId: instance.agent?.agentId ?? null,
  };
}

/**
 * Wants `count` new copies of an app (`spec/scheduling.md` §2.1), or as many of them as the turn has time for: at least
 * one, which touches the app.
 */
export function scheduleInstances(
  turn: Turn,
  app: AppDefinition,
  { count, deploymentId }: { count: number; deploymentId?: string },
): void {
  for (let i = 0; i < count; i++) {
    turn.emit({
      type: 'InstanceScheduled',
      data: {
        instanceId: instanceIdOf(app.id, turn.environment.newTimeUuid()),
        appId: app.id,
        version: app.version,
        role: app.role,
        ...(deploymentId === undefined ? {} : { deploymentId }),
      },
    });
    if (turn.isTimeUp) return;
  }
}

const SUCCESSORS: Readonly<Record<Goal, readonly Goal[]>> = {
  Running: ['Stopped', 'Decommissioned'],
  Stopped: ['Running', 'Decommissioned'],
  Decommissioned: [],
};

/** Whether a goal may follow another (`spec/scheduling.md` §1.3). */
const isLegalGoal = (from: Goal, to: Goal): boolean => SUCCESSORS[from].includes(to);

/**
 * Changes what shall become of an instance. A decommissioned one without a live task vanishes at once (§1.9);
 * a goal that may not follow the present one changes nothing.
 */
export function changeGoal(turn: Turn, instanceId: string, goal: Goal, reason: GoalReason): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance === undefined || !isLegalGoal(instance.goal, goal)) return;
  const { condition } = instance;
  const { appId, version, host, agentId } = factsOf(instance);
  turn.emit({
    type: 'InstanceGoalChanged',
    data: { instanceId, appId, version, host, agentId, goal, condition, reason },
  });
  if (goal === 'Decommissioned' && (instance.task === undefined || isTerminal(condition))) {
    expunge(turn, instanceId, condition);
  }
}

/**
 * Decommissions instances of one app one after another and tells whether it came to the end of them. When the turn has no
 * time left it stops; those that were given up by then have touched the app.
 */
export function giveUp(
  turn: Turn,
  appId: string,
  { victims, reason }: { victims: Iterable<Instance>; reason: GoalReason },
): boolean {
  const slice = new Slice(turn, turn.state.instances.idsOf(appId).size);
  for (const { id } of victims) {
    changeGoal(turn, id, 'Decommissioned', reason);
    if (slice.isOver()) return false;
  }
  return true;
}

/** The same for every instance of an app. */
export function giveUpAll(turn: Turn, appId: string, reason: GoalReason): void {
  giveUp(turn, appId, { victims: livingOf(turn.state.instances, appId), reason });
}

/** Those of an app that are not given up yet; goes on over instances that vanish meanwhile. */
function* livingOf(instances: InstanceIndex, appId: string): Iterable<Instance> {
  for (const id of instances.idsOf(appId)) {
    const instance = instances.get(id);
    if (instance !== undefined && instance.goal !== 'Decommissioned') yield instance;
  }
}

/** Forgets an instance; an unknown id is no error. */
export function expunge(turn: Turn, instanceId: string, condition: Condition): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance === undefined) return;
  const healthy = healthOf(instance);
  turn.emit({
    type: 'InstanceExpunged',
    data: { ...factsOf(instance), condition, ...(healthy === undefined ? {} : { healthy }) },
  });
}

const BEYOND_KILLING: ReadonlySet<Condition> = new Set<Condition>([
  'Unknown',
  'Unreachable',
  'UnreachableInactive',
  'Dropped',
  'Gone',
]);

/**
 * Kills the present task, the goal stays, so that the instance is launched again. One that cannot be reached
 * is decommissioned instead: it is killed if it ever returns (`spec/scheduling.md` §9.1).
 */
export function requestKill(turn: Turn, instance: Instance, reason: KillReason): void {
  if (instance.task === undefined || instance.goal !== 'Running') return;
  if (BEYOND_KILLING.has(instance.condition)) {
    changeGoal(turn, instance.id, 'Decommissioned', 'UnkillableEphemeralInstance');
    return;
  }
  if (isTerminal(instance.condition) || instance.killRequested !== undefined) return;
  const { instanceId, appId, version } = factsOf(instance);
  turn.emit({
    type: 'InstanceKillRequested',
    data: { instanceId, appId, version, taskId: instance.task.id, reason },
  });
}

/**
 * Kills the present task because a health check failed too often; the instance is launched again, without back-off
 * (`spec/scheduling.md` §5.3).
 */
export function killUnhealthy(
  turn: Turn,
  instance: Instance,
  { cause, lastFailureMs }: Pick<UnhealthyKill, 'cause' | 'lastFailureMs'>,
): void {
  const { instanceId, appId, version, host, agentId } = factsOf(instance);
  turn.emit({
    type: 'InstanceKillRequested',
    data: {
      instanceId,
      appId,
      version,
      taskId: instance.task?.id ?? '',
      reason: 'Unhealthy',
      unhealthy: { cause, lastFailureMs, host, agentId },
    },
  });
}
