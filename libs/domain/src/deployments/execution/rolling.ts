import { isGone } from '../../instances/condition.js';
import { isGood, type Instance } from '../../instances/instance.js';
import type { AppDefinition, UpgradeStrategy } from '../../definitions/app/app-definition.js';

/** What a rolling replacement does next (`spec/scheduling.md` §7.4). */
export interface RollingDecision {
  /** Old instances to take out of service now. */
  readonly kill: readonly Instance[];
  /** Old instances without a live task: they must not be launched (again) in the old version. */
  readonly giveUp: readonly Instance[];
  /** New instances to ask for. */
  readonly launch: number;
  readonly done: boolean;
}

/** The bounds of §7.4 in plain doubles, as the reference computes them. */
export function rollingBounds(instances: number, strategy: UpgradeStrategy): { least: number; most: number } {
  return {
    least: Math.ceil(instances * strategy.minimumHealthCapacity),
    most: Math.floor(instances * (1 + strategy.maximumOverCapacity)),
  };
}

/**
 * Decides from the present instances alone, so that it may be asked at any moment, by any leader. Never lets
 * the healthy ones fall below `least` by its own doing, never asks for more than `most` in all.
 */
export function decideRolling(app: AppDefinition, instances: readonly Instance[]): RollingDecision {
  const fresh = instances.filter((i) => i.goal === 'Running' && i.app.version === app.version);
  const old = instances.filter((i) => i.app.version !== app.version);
  const giveUp = old.filter((i) => i.goal === 'Running' && hasNoLiveTask(i));
  const serving = old.filter((i) => i.goal === 'Running' && !hasNoLiveTask(i));
  const dying = old.filter((i) => i.goal !== 'Running' && i.task !== undefined && !isGone(i.condition));

  const good = fresh.filter(isGood).length;
  const healthy = good + serving.filter(isGood).length;
  const { least, most: plainMost } = rollingBounds(app.instances, app.upgradeStrategy);
  const surplusNeeded = least === plainMost && plainMost <= healthy;
  const most = surplusNeeded ? plainMost + 1 : plainMost;

  const alive = serving.length + dying.length;
  const launch = Math.max(0, Math.min(app.instances - fresh.length, most - alive - fresh.length));
  const stuck = launch === 0 && dying.length === 0 && good === fresh.length && fresh.length < app.instances;
  const kill = oldOnesToKill(serving, {
    byHealth: healthy - least,
    byCount: serving.length - app.instances,
    unhealthyToo: stuck || fresh.length >= app.instances,
  });
  const done = old.every((i) => i.goal !== 'Running' && isGone(i.condition)) && good >= app.instances;
  return { kill, giveUp, launch, done };
}

const hasNoLiveTask = (instance: Instance): boolean =>
  instance.condition === 'Scheduled' || isGone(instance.condition);

/**
 * Unhealthy ones first. A healthy one goes only while enough healthy ones stay; an unhealthy one when there
 * are too many in all, or when nothing else can make room (D3): that never lowers the number of healthy ones.
 */
function oldOnesToKill(
  serving: readonly Instance[],
  limits: { byHealth: number; byCount: number; unhealthyToo: boolean },
): Instance[] {
  const unhealthy = serving.filter((instance) => !isGood(instance));
  const healthy = serving.filter(isGood);
  const total = Math.max(limits.byHealth, limits.byCount, 0);
  const fromUnhealthy = Math.min(unhealthy.length, limits.unhealthyToo ? Math.max(total, 1) : total);
  const fromHealthy = Math.min(healthy.length, Math.max(0, total - fromUnhealthy));
  return [...unhealthy.slice(0, fromUnhealthy), ...healthy.slice(0, fromHealthy)];
}
