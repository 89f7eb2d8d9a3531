import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ports, randomFrom } from '../app.fixture.js';
import { PortPool, type PortRequest } from './port-pool.js';

const ANY = ['*'];
const zero = () => 0;

function take(
  ranges: readonly (readonly [number, number])[],
  requests: readonly PortRequest[],
  random = zero,
) {
  return new PortPool([ports(ranges)]).take(requests, ANY, random);
}

describe('PortPool', () => {
  it.each<[string, readonly (readonly [number, number])[], readonly PortRequest[], unknown]>([
    ['nothing', [], [], []],
    ['nothing, when no request wants a host port', [], [undefined], [undefined]],
    ['fixed ports', [[80, 90]], [85, 80], [85, 80]],
    ['a fixed port that is not offered', [[80, 90]], [91], undefined],
    ['consecutive random ports', [[80, 90]], ['random', 'random'], [80, 81]],
    [
      'random ports around fixed ones',
      [[80, 90]],
      ['random', 80, undefined, 'random'],
      [81, 80, undefined, 82],
    ],
    [
      'random ports from the next range',
      [
        [80, 80],
        [100, 100],
      ],
      ['random', 'random'],
      [80, 100],
    ],
    ['more than there are', [[80, 81]], ['random', 'random', 'random'], undefined],
    ['one fixed port twice', [[80, 81]], [80, 80], [80, 80]],
  ])('gives %s', (_, ranges, requests, expected) => {
    expect(take(ranges, requests)?.hostPorts).toEqual(expected);
  });

  it('starts at a random place and goes around', () => {
    const taken = take([[1, 4]], ['random', 'random', 'random'], () => 0.6);
    expect(taken?.hostPorts).toEqual([3, 4, 1]);
    expect(taken?.resources).toEqual([
      ports([
        [3, 4],
        [1, 1],
      ]),
    ]);
  });

  it('takes nothing when it cannot give all', () => {
    const offered = ports([[80, 81]]);
    const pool = new PortPool([offered]);
    expect(pool.take([80, 99], ANY, zero)).toBeUndefined();
    expect(pool.remainderOf(offered)).toEqual(offered);
  });

  it('uses ranges of accepted roles only and keeps neighbours of one resource together', () => {
    const reserved = ports([[10, 11]], { reservations: [{ type: 'STATIC', role: 'dev' }] });
    const pool = new PortPool([ports([[12, 13]]), reserved]);
    expect(pool.take([10], ANY, zero)).toBeUndefined();
    const taken = pool.take([10, 11, 12, 13], ['dev', '*'], zero);
    expect(taken?.resources).toEqual([reserved, ports([[12, 13]])]);
    expect(pool.hasAny(['dev', '*'])).toBe(false);
  });

  it('never gives a port twice, nor one that was not offered', () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(6)).map(([b, n]) => [b, b + n] as const);
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 5 }),
        fc.array(
          fc.array(fc.oneof(fc.constant('random' as const), fc.integer({ min: 1, max: 70 })), {
            maxLength: 4,
          }),
        ),
        fc.nat(),
        (ranges, launches, seed) => {
          const offered = ports(ranges);
          const pool = new PortPool([offered]);
          const random = randomFrom(seed);
          const left = new Set(
            ranges.flatMap(([b, e]) => Array.from({ length: e - b + 1 }, (_, i) => b + i)),
          );
          for (const requests of launches) {
            const taken = pool.take(requests, ANY, random);
            const distinct = new Set(taken?.hostPorts);
            for (const port of distinct) expect(left.delete(port!)).toBe(true);
            if (taken === undefined) continue;
            const consumed = taken.resources.flatMap((resource) => resource.ranges?.range ?? []);
            expect(consumed.reduce((sum, { begin, end }) => sum + end - begin + 1, 0)).toBe(distinct.size);
          }
          const remaining = pool.remainderOf(offered)?.ranges?.range ?? [];
          expect(remaining.reduce((sum, { begin, end }) => sum + end - begin + 1, 0)).toBe(left.size);
        },
      ),
    );
  });
});
