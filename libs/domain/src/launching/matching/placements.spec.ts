import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLost, type Condition } from '../../instances/condition.js';
import { isScheduled, type Instance } from '../../instances/instance.js';
import { InstanceIndex } from '../../state/instance-index.js';
import { anApp, aRunning, text } from '../app.fixture.js';
import { fieldValue } from './field-value.js';
import type { ValueCounts } from './value-counts.js';

const OLD = '2026-01-01T00:00:00.000Z';
const NEW = '2026-02-02T00:00:00.000Z';
const CONDITIONS: readonly Condition[] = [
  'Scheduled',
  'Provisioned',
  'Running',
  'Unreachable',
  'UnreachableInactive',
  'Failed',
];

const arbitraryChange = fc.record({
  n: fc.nat(8),
  condition: fc.constantFrom(...CONDITIONS),
  version: fc.constantFrom(OLD, NEW),
  rack: fc.option(fc.constantFrom('a', 'b', 'c')),
  gone: fc.boolean(),
});

function instanceOf({
  n,
  condition,
  version,
  rack,
}: Omit<typeof arbitraryChange extends fc.Arbitrary<infer T> ? T : never, 'gone'>) {
  const attributes = rack === null ? [] : [text('rack', rack)];
  return { ...aRunning(anApp({ version }), n, { attributes }), condition };
}

/** What the counts must be, counted afresh. */
function counted(instances: readonly Instance[], notBefore: string) {
  const values = instances
    .filter((one) => one.app.version >= notBefore && !isScheduled(one) && !isLost(one.condition))
    .map(({ agent }) => fieldValue(agent!, 'rack'));
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sizes = [...counts.values()];
  return {
    total: values.length,
    buckets: counts.size,
    smallest: sizes.length === 0 ? 0 : Math.min(...sizes),
    a: counts.get('a') ?? 0,
    excess: sizes.reduce((sum, size) => sum + Math.max(0, size - 1), 0),
  };
}

const shown = (counts: ValueCounts) => ({
  total: counts.total,
  buckets: counts.buckets,
  smallest: counts.smallest,
  a: counts.countOf('a'),
  excess: counts.excessOver(1),
});

describe('the counts that constraints ask for', () => {
  it('are those of the instances after any changes, whenever they are first asked for', () => {
    fc.assert(
      fc.property(fc.array(arbitraryChange, { maxLength: 40 }), fc.nat(20), (changes, firstAsked) => {
        const instances = new InstanceIndex();
        for (const [index, change] of changes.entries()) {
          const instance = instanceOf(change);
          if (change.gone) instances.remove(instance.id);
          else instances.put(instance);
          if (index < firstAsked) continue;
          for (const notBefore of [OLD, NEW]) {
            const counts = instances.placedOf('/shop/db', 'rack', notBefore);
            expect(shown(counts)).toEqual(counted(instances.of('/shop/db'), notBefore));
          }
        }
      }),
    );
  });

  it('remember the value that has been in use longest', () => {
    const instances = new InstanceIndex();
    const place = (n: number, rack: string) =>
      instances.put(aRunning(anApp(), n, { attributes: [text('rack', rack)] }));
    place(1, 'a');
    const counts = instances.placedOf('/shop/db', 'rack', OLD);
    place(2, 'b');
    expect(counts.first).toBe('a');
    instances.remove('shop_db.instance-1');
    expect(counts.first).toBe('b');
  });
});
