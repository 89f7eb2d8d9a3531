import type { AppDefinition } from '../definitions/app/app-definition.js';
import { balancingVictims, groupByFields } from './group-balance.js';
import { isCounted, isScheduled, type Instance } from './instance.js';
import { inKillOrder } from './kill-order.js';

/** What a scale step or a scale check has to do. */
export interface ScaleDecision {
  /** Chosen one by one while they are read. */
  readonly victims: Iterable<Instance>;
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
  const chosen = toKill.size === 0 ? [] : counted.filter((instance) => toKill.has(instance.id));
  const kills = Math.max(counted.length - app.instances, chosen.length);
  return {
    victims: kills === 0 ? [] : selectVictims(app, counted, { chosen, count: kills }),
    starts: app.instances - counted.length + kills,
  };
}

/** At most `count`: the chosen ones first, then the others in their order. */
function* selectVictims(
  app: AppDefinition,
  counted: readonly Instance[],
  { chosen, count }: { chosen: readonly Instance[]; count: number },
): Generator<Instance> {
  yield* chosen;
  let left = count - chosen.length;
  if (left === 0) return;
  const already = new Set(chosen);
  const others = already.size === 0 ? counted : counted.filter((instance) => !already.has(instance));
  const isSpread = groupByFields(app).length > 0;
  for (const instance of isSpread ? balancedFirst(app, others, left) : inKillOrder(app, others)) {
    yield instance;
    left -= 1;
    if (left === 0) return;
  }
}

/**
 * Those whose end keeps the app evenly spread, then the others in their order (§7.6). Instances that wait for a place are
 * in no group, and cost least: they go before any that has one [D17].
 */
function* balancedFirst(
  app: AppDefinition,
  instances: readonly Instance[],
  count: number,
): Generator<Instance> {
  const ordered = [...inKillOrder(app, instances)];
  const first = new Set(ordered.filter(({ condition }) => condition === 'Scheduled'));
  yield* first;
  const placed = ordered.filter((instance) => !isScheduled(instance));
  for (const picked of balancingVictims(app, placed, Math.max(0, count - first.size))) {
    first.add(picked);
    yield picked;
  }
  for (const instance of ordered) if (!first.has(instance)) yield instance;
}
