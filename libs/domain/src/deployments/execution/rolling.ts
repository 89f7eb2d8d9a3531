import { isGone } from '../../instances/condition.js';
import { isDying, isGood, type Instance } from '../../instances/instance.js';
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
  const { fresh, good, giveUp, serving, unhealthy, dying } = sortOut(app, instances);
  const healthy = good + serving.length;
  const alive = serving.length + unhealthy.length;
  const { least, most: plainMost } = rollingBounds(app.instances, app.upgradeStrategy);
  const surplusNeeded = least === plainMost && plainMost <= healthy;
  const most = surplusNeeded ? plainMost + 1 : plainMost;

  const launch = Math.max(0, Math.min(app.instances - fresh, most - alive - dying - fresh));
  const stuck = launch === 0 && dying === 0 && good === fresh && fresh < app.instances;
  const kill = oldOnesToKill(serving, unhealthy, {
    byHealth: healthy - least,
    byCount: alive - app.instances,
    unhealthyToo: stuck || fresh >= app.instances,
  });
  const done = giveUp.length === 0 && alive === 0 && dying === 0 && good >= app.instances;
  return { kill, giveUp, launch, done };
}

/** The instances of an app by the part they play in its replacement. */
interface Cast {
  /** Of the new version and meant to run. */
  fresh: number;
  /** Those of `fresh` that serve. */
  good: number;
  readonly giveUp: Instance[];
  /** Of an old version, meant to run, and healthy. */
  readonly serving: Instance[];
  /** Of an old version, meant to run, with a live task that does not serve. */
  readonly unhealthy: Instance[];
  /** Of an old version, on their way out. */
  dying: number;
}

function sortOut(app: AppDefinition, instances: readonly Instance[]): Cast {
  const cast: Cast = { fresh: 0, good: 0, giveUp: [], serving: [], unhealthy: [], dying: 0 };
  for (const instance of instances) {
    const isNew = instance.app.version === app.version;
    if (instance.goal !== 'Running') cast.dying += !isNew && isDying(instance) ? 1 : 0;
    else if (isNew) {
      cast.fresh += 1;
      cast.good += isGood(instance) ? 1 : 0;
    } else if (hasNoLiveTask(instance)) cast.giveUp.push(instance);
    else if (isGood(instance)) cast.serving.push(instance);
    else cast.unhealthy.push(instance);
  }
  return cast;
}

const hasNoLiveTask = (instance: Instance): boolean =>
  instance.condition === 'Scheduled' || isGone(instance.condition);

/**
 * Unhealthy ones first. A healthy one goes only while enough healthy ones stay; an unhealthy one when there
 * are too many in all, or when nothing else can make room (D3): that never lowers the number of healthy ones.
 */
function oldOnesToKill(
  healthy: readonly Instance[],
  unhealthy: readonly Instance[],
  limits: { byHealth: number; byCount: number; unhealthyToo: boolean },
): Instance[] {
  const total = Math.max(limits.byHealth, limits.byCount, 0);
  const fromUnhealthy = Math.min(unhealthy.length, limits.unhealthyToo ? Math.max(total, 1) : total);
  const fromHealthy = Math.min(healthy.length, Math.max(0, total - fromUnhealthy));
  return [...unhealthy.slice(0, fromUnhealthy), ...healthy.slice(0, fromHealthy)];
}
