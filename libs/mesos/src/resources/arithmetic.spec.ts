import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Resource } from '../protocol/resource.js';
import {
  addResources,
  allocateTo,
  containsResources,
  subtractResources,
  sumRanges,
  sumScalar,
  withoutAllocation,
} from './arithmetic.js';
import { parseResources, rangesResource, scalarResource, setResource } from './text-form.js';

const dynamic = { type: 'DYNAMIC' as const, role: 'ekiden', principal: 'p' };

function volume(id: string, value: number, changes: Partial<Resource> = {}): Resource {
  return {
    ...scalarResource('disk', value),
    reservations: [dynamic],
    disk: { persistence: { id, principal: 'p' }, volume: { mode: 'RW', container_path: 'data' } },
    ...changes,
  } as Resource;
}

function mount(root: string, value: number): Resource {
  return { ...scalarResource('disk', value), disk: { source: { type: 'MOUNT', mount: { root } } } };
}

function directory(value: number): Resource {
  return { ...scalarResource('disk', value), disk: { source: { type: 'PATH', path: { root: '/p' } } } };
}

describe('resource arithmetic', () => {
  it('is exact in thousandths', () => {
    expect(addResources([scalarResource('cpus', 0.1)], [scalarResource('cpus', 0.2)])).toEqual([
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.3 } },
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1 }), (thousandths) => {
        const parts = thousandths.map((amount) => [scalarResource('cpus', amount / 1000)]);
        const expected = thousandths.reduce((sum, amount) => sum + amount, 0) / 1000;
        expect(sumScalar(addResources(...parts), 'cpus')).toBe(expected);
      }),
    );
  });

  it('takes away what was added', () => {
    const resource = fc.oneof(
      fc
        .record({ name: fc.constantFrom('cpus', 'mem'), value: fc.integer({ min: 1, max: 9999 }) })
        .map(({ name, value }): Resource => scalarResource(name, value / 1000)),
      fc
        .record({ id: fc.constantFrom('a', 'b'), value: fc.integer({ min: 1, max: 9 }) })
        .map(({ id, value }) => volume(id, value)),
      fc
        .record({ root: fc.constantFrom('/1', '/2'), value: fc.integer({ min: 1, max: 9 }) })
        .map(({ root, value }) => mount(root, value)),
    );
    const list = fc.array(resource, { maxLength: 6 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const sum = addResources(left, right);
        expect(containsResources(sum, left)).toBe(true);
        expect(containsResources(sum, right)).toBe(true);
        const rest = subtractResources(sum, right);
        expect(containsResources(rest, left)).toBe(true);
        expect(containsResources(left, rest)).toBe(true);
        const back = addResources(subtractResources(left, right), right);
        expect(containsResources(back, left) && containsResources(left, back)).toBe(
          containsResources(left, right),
        );
      }),
    );
  });

  it('merges ranges and sets, and drops what is empty', () => {
    expect(
      addResources([
        rangesResource('ports', [{ begin: 1, end: 3 }]),
        setResource('tags', ['a']),
        scalarResource('cpus', 0),
        rangesResource('ports', [{ begin: 4, end: 6 }]),
        setResource('tags', ['b', 'a']),
      ]),
    ).toEqual([rangesResource('ports', [{ begin: 1, end: 6 }]), setResource('tags', ['a', 'b'])]);
    expect(
      subtractResources(
        [rangesResource('ports', [{ begin: 1, end: 6 }]), setResource('tags', ['a', 'b'])],
        [rangesResource('ports', [{ begin: 1, end: 6 }]), setResource('tags', ['a'])],
      ),
    ).toEqual([setResource('tags', ['b'])]);
  });

  it('ignores in a subtraction what is not there', () => {
    const left = [scalarResource('cpus', 1)];
    expect(subtractResources(left, [scalarResource('cpus', 2), scalarResource('mem', 1)])).toEqual([]);
    expect(containsResources(left, [scalarResource('mem', 1)])).toBe(false);
    expect(containsResources(left, [scalarResource('mem', 0)])).toBe(true);
  });

  const plain = scalarResource('disk', 10);
  it.each<{ difference: string; other: Resource }>([
    { difference: 'name', other: scalarResource('mem', 10) },
    { difference: 'allocation role', other: { ...plain, allocation_info: { role: 'ekiden' } } },
    { difference: 'static reservation', other: { ...plain, reservations: [{ type: 'STATIC', role: 'a' }] } },
    { difference: 'dynamic reservation', other: { ...plain, reservations: [dynamic] } },
    { difference: 'reservation in the old format', other: { ...plain, role: 'a' } },
    { difference: 'revocable', other: { ...plain, revocable: {} } },
    { difference: 'provider', other: { ...plain, provider_id: { value: 'x' } } },
    { difference: 'disk source', other: mount('/1', 10) },
    { difference: 'persistence', other: volume('a', 10) },
    { difference: 'unknown member', other: { ...plain, novelty: { x: 1 } } as Resource },
  ])('keeps apart what differs in its $difference', ({ other }) => {
    expect(addResources([plain], [other])).toHaveLength(2);
    expect(containsResources([plain], [other])).toBe(false);
    expect(containsResources([plain, other], [other])).toBe(true);
  });

  it.each([
    { part: 'principal', reservation: { ...dynamic, principal: undefined } },
    { part: 'empty principal', reservation: { ...dynamic, principal: '' } },
    { part: 'role', reservation: { ...dynamic, role: 'ekiden/db' } },
    { part: 'labels', reservation: { ...dynamic, labels: { labels: [{ key: 'instance', value: 'db.1' }] } } },
  ])('compares the reservation stack by its $part', ({ reservation }) => {
    const held: Resource = { ...plain, reservations: [dynamic] };
    expect(containsResources([held], [{ ...plain, reservations: [reservation] }])).toBe(false);
  });

  it('takes the two reservation formats for the same', () => {
    const old: Resource = { ...plain, role: 'ekiden', reservation: { principal: 'p' } };
    expect(containsResources([old], [{ ...plain, reservations: [dynamic] }])).toBe(true);
    expect(addResources([{ ...plain, role: '*' }], [plain])).toHaveLength(1);
  });

  it('holds volumes whole, whatever their mount path and principal', () => {
    const elsewhere = volume('a', 10, {
      disk: { persistence: { id: 'a' }, volume: { mode: 'RW', container_path: 'elsewhere' } },
    });
    expect(containsResources([volume('a', 10)], [elsewhere])).toBe(true);
    expect(subtractResources([volume('a', 10)], [elsewhere])).toEqual([]);
    expect(containsResources([volume('a', 10)], [volume('a', 5)])).toBe(false);
    expect(subtractResources([volume('a', 10)], [volume('a', 5)])).toEqual([volume('a', 10)]);
    expect(addResources([volume('a', 10)], [volume('b', 10)])).toHaveLength(2);
  });

  it('holds mounted disks whole and divides path disks', () => {
    expect(containsResources([mount('/1', 100)], [mount('/1', 40)])).toBe(false);
    expect(subtractResources([directory(100)], [directory(40)])).toEqual([directory(60)]);
  });

  it('counts shared volumes as often as they are held', () => {
    const shared = volume('a', 10, { shared: {} });
    const twice = addResources([shared], [shared]);
    expect(twice).toHaveLength(2);
    expect(sumScalar(twice, 'disk')).toBe(10);
    expect(subtractResources(twice, [shared])).toEqual([shared]);
  });

  it('keeps members it does not know', () => {
    const strange = { ...scalarResource('cpus', 2), novelty: { a: [1] } } as Resource;
    expect(subtractResources([strange], [{ ...strange, ...scalarResource('cpus', 0.5) }])).toEqual([
      { ...strange, scalar: { value: 1.5 } },
    ]);
  });

  it('sums one name over all classes', () => {
    const parsed = parseResources('cpus:4;cpus(a):1.5;ports:[1-2,5-6];ports(a):[3-4]');
    const resources = parsed.ok ? parsed.resources : [];
    expect(sumScalar(resources, 'cpus')).toBe(5.5);
    expect(sumScalar(resources, 'gpus')).toBe(0);
    expect(sumRanges(resources, 'ports')).toEqual([{ begin: 1, end: 6 }]);
  });

  it('allocates to a role and back', () => {
    const resources = [scalarResource('cpus', 1)];
    const allocated = allocateTo(resources, 'ekiden');
    expect(allocated).toEqual([{ ...scalarResource('cpus', 1), allocation_info: { role: 'ekiden' } }]);
    expect(withoutAllocation(allocated)).toEqual(resources);
  });
});
