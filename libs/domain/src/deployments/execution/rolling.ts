import type { AppDefinition, UpgradeStrategy } from '../../definitions/app/app-definition.js';
import type { Standing } from '../../state/standings.js';

/** The instances of an app by the part they play in its replacement, counted. */
export interface RolloutStanding {
  /** Of the new version and meant to run. */
  readonly fresh: number;
  /** Those of the new version that are healthy and ready. */
  readonly good: number;
  /** Of an old version, meant to run, without a live task. */
  readonly absent: number;
  /** Of an old version, meant to run, and healthy. */
  readonly serving: number;
  /** Of an old version, meant to run, with a live task that does not serve. */
  readonly unhealthy: number;
  /** Of an old version, on their way out. */
  readonly dying: number;
}

/** What a rolling replacement does next (`spec/scheduling.md` §7.4). */
export interface RollingDecision {
  /** Old instances to take out of service now. */
  readonly killServing: number;
  readonly killUnhealthy: number;
  /** New instances to ask for. */
  readonly launch: number;
  readonly done: boolean;
}

/** Splits the standing of an app into that of the `target` version and that of all older ones. */
export function rolloutStanding(all: Standing, target: Standing): RolloutStanding {
  const wanted = all.wanted - target.wanted;
  const absent = all.absent - target.absent;
  const serving = all.healthy - target.healthy;
  return {
    fresh: target.wanted,
    good: target.good,
    absent,
    serving,
    unhealthy: wanted - absent - serving,
    dying: all.dying - target.dying,
  };
}

/**
 * Decides from the present standing alone, so that it may be asked at any moment, by any leader. Never lets
 * the healthy ones fall below `least` by its own doing, never asks for more than `most` in all. Old instances without
 * a live task are given up in any case: they must not be launched (again) in the old version.
 */
export function decideRolling(app: AppDefinition, standing: RolloutStanding): RollingDecision {
  const { fresh, good, absent, serving, unhealthy, dying } = standing;
  const healthy = good + serving;
  const alive = serving + unhealthy;
  const { least, most: plainMost } = rollingBounds(app.instances, app.upgradeStrategy);
  const surplusNeeded = least === plainMost && plainMost <= healthy;
  const most = surplusNeeded ? plainMost + 1 : plainMost;

  const launch = Math.max(0, Math.min(app.instances - fresh, most - alive - dying - fresh));
  const stuck = launch === 0 && dying === 0 && good === fresh && fresh < app.instances;
  const kills = Math.max(0, healthy - least, alive - app.instances);
  // An unhealthy one also goes when nothing else can make room (D3): that never lowers the number of healthy ones.
  const needless = stuck || fresh >= app.instances;
  const killUnhealthy = Math.min(unhealthy, needless ? Math.max(kills, 1) : kills);
  return {
    killUnhealthy,
    killServing: Math.min(serving, Math.max(0, kills - killUnhealthy)),
    launch,
    done: absent === 0 && alive === 0 && dying === 0 && good >= app.instances,
  };
}

/** The bounds of §7.4 in plain doubles, as the reference computes them. */
function rollingBounds(instances: number, strategy: UpgradeStrategy): { least: number; most: number } {
  return {
    least: Math.ceil(instances * strategy.minimumHealthCapacity),
    most: Math.floor(instances * (1 + strategy.maximumOverCapacity)),
  };
}
