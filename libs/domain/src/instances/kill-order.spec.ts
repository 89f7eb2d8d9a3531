import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Condition } from './condition.js';
import type { Instance } from './instance.js';
import { inKillOrder } from './kill-order.js';

/** From the first to go to the last. */
const CONDITIONS: readonly Condition[] = [
  'Scheduled',
  'Unreachable',
  'Staging',
  'Starting',
  'Running',
  'Killing',
];

const anyInstance = record({
  condition: constantFrom(...CONDITIONS),
  sinceMs: nat(3),
  scheduledAtMs: nat(3),
  startedAtMs: nat(3),
});

interface Life {
  readonly condition: Condition;
  readonly sinceMs: number;
  readonly scheduledAtMs: number;
  readonly startedAtMs: number;
}

const instanceOf = ({ startedAtMs, ...life }: Life, index: number): Instance =>
  ({ ...life, id: `i-${index}`, task: { stagedAtMs: startedAtMs, startedAtMs } }) as Instance;

const ageOf = ({ condition, sinceMs, task }: Instance): number =>
  condition === 'Starting' ? sinceMs : (task?.startedAtMs ?? 0);

describe('the order in which instances are given up', () => {
  it.each(['YOUNGEST_FIRST', 'OLDEST_FIRST'] as const)(
    '%s is that of a stable sort, as far as it is read',
    (killSelection) => {
      const app = { killSelection } as AppDefinition;
      const sign = killSelection === 'OLDEST_FIRST' ? 1 : -1;
      assert(
        property(array(anyInstance, { maxLength: 40 }), nat(40), (records, count) => {
          const instances = records.map(instanceOf);
          const sorted = instances.toSorted(
            (a, b) =>
              CONDITIONS.indexOf(a.condition) - CONDITIONS.indexOf(b.condition) ||
              sign * (ageOf(a) - ageOf(b)),
          );
          const read: Instance[] = [];
          for (const instance of inKillOrder(app, instances)) {
            if (read.length === count) break;
            read.push(instance);
          }
          expect(read.map(({ id }) => id)).toEqual(sorted.slice(0, count).map(({ id }) => id));
        }),
      );
    },
  );
});
