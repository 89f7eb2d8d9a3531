import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Condition } from './condition.js';
import type { Instance } from './instance.js';

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

/** What decides who goes first; worked out once per instance. */
interface Place {
  readonly instance: Instance;
  readonly weight: number;
  /** 0 for one that never became what its condition counts from: it goes before those that did. */
  readonly begun: 0 | 1;
  /** Begin of its life, turned around where the youngest goes first. */
  readonly age: number;
  /** Equals go in the order they came in. */
  readonly index: number;
}

/**
 * Instances of an app in the order in which they are given up: by condition, then by age as `killSelection` says. Sorted
 * only as far as it is read, by way of a heap: who wants the first few of thousands does not pay for the rest.
 */
export function* inKillOrder(app: AppDefinition, instances: readonly Instance[]): Generator<Instance> {
  const sign = app.killSelection === 'OLDEST_FIRST' ? 1 : -1;
  const heap = instances.map((instance, index): Place => {
    const begin = beginOf(instance);
    const age = sign * (begin ?? instance.scheduledAtMs);
    return { instance, weight: weightOf(instance), begun: begin === undefined ? 0 : 1, age, index };
  });
  for (let root = (heap.length >> 1) - 1; root >= 0; root--) sink(heap, root);
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    yield first.instance;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    sink(heap, 0);
  }
}

/** Moves a place down until nobody below it goes earlier. */
function sink(heap: Place[], from: number): void {
  const place = heap[from]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && goesBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!goesBefore(heap[child]!, place)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = place;
}

const goesBefore = (a: Place, b: Place): boolean =>
  (a.weight - b.weight || a.begun - b.begun || a.age - b.age || a.index - b.index) < 0;

const weightOf = (instance: Instance): number => WEIGHTS[instance.condition] ?? OTHER_WEIGHT;

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
