import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Condition } from './condition.js';
import { balancingVictims, groupByFields } from './group-balance.js';
import { isCounted, isScheduled, type Instance } from './instance.js';

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

/** Those chosen beforehand, then those whose end keeps the app evenly spread, then the others in their order (§7.6). */
function selectVictims(
  app: AppDefinition,
  counted: readonly Instance[],
  { chosen, count }: { chosen: readonly Instance[]; count: number },
): Instance[] {
  if (chosen.length >= count) return chosen.slice(0, count);
  const already = new Set(chosen);
  const ordered = counted.filter((instance) => !already.has(instance)).toSorted(byKillOrder(app));
  const missing = count - chosen.length;
  const rest = groupByFields(app).length === 0 ? ordered : balancedFirst(app, ordered, missing);
  return [...chosen, ...rest].slice(0, count);
}

/** Instances that wait for a place are in no group, and cost least: they go before any that has one [D17]. */
function balancedFirst(app: AppDefinition, ordered: readonly Instance[], count: number): Instance[] {
  const waiting = ordered.filter(({ condition }) => condition === 'Scheduled');
  const placed = ordered.filter((instance) => !isScheduled(instance));
  const picked = balancingVictims(app, placed, Math.max(0, count - waiting.length));
  const first = new Set([...waiting, ...picked]);
  return [...first, ...ordered.filter((instance) => !first.has(instance))];
}

/** Order in which instances of an app are given up: by condition, then by age as `killSelection` says. */
function byKillOrder(app: AppDefinition): (a: Instance, b: Instance) => number {
  const sign = app.killSelection === 'OLDEST_FIRST' ? 1 : -1;
  return (a, b) => weightOf(a) - weightOf(b) || compareAge(a, b, sign);
}

const weightOf = (instance: Instance): number => WEIGHTS[instance.condition] ?? OTHER_WEIGHT;

/** `sign` 1: the older goes first. Whoever never became active goes before those that did, whatever the sign. */
function compareAge(a: Instance, b: Instance, sign: 1 | -1): number {
  const [ageOfA, ageOfB] = [beginOf(a), beginOf(b)];
  if (ageOfA !== undefined && ageOfB !== undefined) return sign * (ageOfA - ageOfB);
  if (ageOfA === ageOfB) return sign * (a.scheduledAtMs - b.scheduledAtMs);
  return ageOfA === undefined ? -1 : 1;
}

/** What instances of a condition are compared by: when it was staged, began to start, or became active; epoch ms. */
function beginOf({ condition, task, sinceMs }: Instance): number | undefined {
  switch (condition) {
    case 'Staging':
      return task?.stagedAtMs;
    case 'Starting':
      return sinceMs;
    default:
      return task?.startedAtMs;
  }
}
