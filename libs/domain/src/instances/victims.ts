import type { AppDefinition } from '../definitions/app/app-definition.js';
import { isCounted, type Instance } from './instance.js';
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
  for (const instance of inKillOrder(app, others)) {
    yield instance;
    left -= 1;
    if (left === 0) return;
  }
}
