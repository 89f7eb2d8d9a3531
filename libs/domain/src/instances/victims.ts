import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Condition } from './condition.js';
import { isCounted, type Instance } from './instance.js';

/** Low weights die first (`spec/scheduling.md` §7.6, D17). */
const WEIGHTS: Partial<Record<Condition, number>> = {
  Scheduled: 0,
  Unreachable: 1,
  Provisioned: 1,
  Staging: 2,
  Starting: 3,
  Running: 4,
};
const OTHER_WEIGHT = 5;

/** What a scale step or a scale check has to do. */
export interface ScaleDecision {
  readonly victims: readonly Instance[];
  readonly starts: number;
}

/**
 * Compares the wanted with the present number of instances: `kills = max(|R| - target, |S|)`,
 * `starts = target - |R| + kills` (`spec/scheduling.md` §7.6). `toKill` are victims chosen beforehand.
 */
export function decideScale(
  app: AppDefinition,
  instances: readonly Instance[],
  toKill: ReadonlySet<string> = new Set(),
): ScaleDecision {
  const counted = instances.filter(isCounted);
  const chosen = counted.filter((instance) => toKill.has(instance.id));
  const kills = Math.max(counted.length - app.instances, chosen.length);
  return {
    victims: kills === 0 ? [] : selectVictims(app, counted, { chosen, count: kills }),
    starts: app.instances - counted.length + kills,
  };
}

function selectVictims(
  app: AppDefinition,
  counted: readonly Instance[],
  { chosen, count }: { chosen: readonly Instance[]; count: number },
): Instance[] {
  if (chosen.length >= count) return chosen.slice(0, count);
  const already = new Set(chosen);
  const rest = counted.filter((instance) => !already.has(instance));
  return [...chosen, ...rest.toSorted(byKillOrder(app))].slice(0, count);
}

/** Order in which instances of an app are given up: by condition, then by age as `killSelection` says. */
function byKillOrder(app: AppDefinition): (a: Instance, b: Instance) => number {
  const sign = app.killSelection === 'OLDEST_FIRST' ? 1 : -1;
  return (a, b) => weightOf(a) - weightOf(b) || sign * compareAge(a, b);
}

const weightOf = (instance: Instance): number => WEIGHTS[instance.condition] ?? OTHER_WEIGHT;

/** Negative when `a` is older. An instance that never became active sorts first in either direction's tie. */
function compareAge(a: Instance, b: Instance): number {
  return ageKey(a) - ageKey(b);
}

function ageKey(instance: Instance): number {
  switch (instance.condition) {
    case 'Staging':
      return instance.task?.stagedAtMs ?? instance.scheduledAtMs;
    case 'Starting':
      return instance.sinceMs;
    default:
      return instance.task?.startedAtMs ?? instance.scheduledAtMs;
  }
}
