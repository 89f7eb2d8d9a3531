import { describe, expect, it } from 'vitest';
import type { Resource } from '../cluster/mesos-shapes.js';
import { FreeResources } from './free-resources.js';

const scalar = (name: string, value: number, role?: string): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...(role === undefined ? {} : { reservations: [{ type: 'STATIC', role }] }),
});

const ports = (...range: [number, number][]): Resource => ({
  name: 'ports',
  type: 'RANGES',
  ranges: { range: range.map(([begin, end]) => ({ begin, end })) },
});

const shown = (resources: readonly Resource[]) =>
  resources.map(({ name, scalar: amount, ranges, reservations }) => [
    reservations?.[0]?.role ?? '*',
    name,
    amount?.value ?? ranges?.range?.map(({ begin, end }) => `${begin}-${end}`).join(','),
  ]);

describe('FreeResources', () => {
  it('adds up what is alike, and takes it again to the last thousandth', () => {
    const free = new FreeResources();
    free.give([scalar('cpus', 0.1), scalar('cpus', 0.2), scalar('mem', 64)]);
    free.take([scalar('cpus', 0.3)]);
    expect(shown(free.visibleTo('*'))).toEqual([['*', 'mem', 64]]);
  });

  it('cuts ports out of ranges, and puts them back', () => {
    const free = new FreeResources();
    free.give([ports([10, 20])]);
    free.take([ports([12, 12], [20, 20])]);
    expect(shown(free.visibleTo('*'))).toEqual([['*', 'ports', '10-11,13-19']]);
    free.give([ports([12, 12])]);
    expect(shown(free.visibleTo('*'))).toEqual([['*', 'ports', '10-11,13-19,12-12']]);
  });

  it('shows what is reserved to its role and those below alone', () => {
    const free = new FreeResources();
    free.give([scalar('cpus', 1), scalar('cpus', 2, 'dev'), { ...scalar('cpus', 3, 'ops') }]);
    expect(shown(free.visibleTo('dev'))).toEqual([
      ['*', 'cpus', 1],
      ['dev', 'cpus', 2],
    ]);
    expect(shown(free.visibleTo('dev/web'))).toEqual([
      ['*', 'cpus', 1],
      ['dev', 'cpus', 2],
    ]);
    expect(shown(free.visibleTo('*'))).toEqual([['*', 'cpus', 1]]);
  });
});
