import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  addRanges,
  coalesceRanges,
  containsRanges,
  countRanges,
  formatRanges,
  numbersInRanges,
  rangesOverlap,
  subtractRanges,
} from './ranges.js';

const range = fc.tuple(fc.nat(60), fc.nat(12)).map(([begin, length]) => ({ begin, end: begin + length }));
const ranges = fc.array(range, { maxLength: 10 });

/** The naive model: every number by itself. */
function modelOf(list: readonly { begin: number; end: number }[]): Set<number> {
  return new Set(
    list.flatMap(({ begin, end }) => Array.from({ length: end - begin + 1 }, (_, index) => begin + index)),
  );
}

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].toSorted((left, right) => left - right);
}

describe('ranges', () => {
  it('are sorted, disjoint and without adjacent ones when coalesced', () => {
    expect(
      coalesceRanges([
        { begin: 7, end: 9 },
        { begin: 1, end: 3 },
        { begin: 4, end: 5 },
        { begin: 2, end: 2 },
        { begin: 9, end: 8 },
      ]),
    ).toEqual([
      { begin: 1, end: 5 },
      { begin: 7, end: 9 },
    ]);
    fc.assert(
      fc.property(ranges, (list) => {
        const result = coalesceRanges(list);
        expect(
          result.every(({ begin }, index) => index === 0 || begin > (result[index - 1]?.end ?? 0) + 1),
        ).toBe(true);
        expect(coalesceRanges(result)).toEqual(result);
      }),
    );
  });

  it('behave like sets of numbers', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const leftModel = modelOf(left);
        const rightModel = modelOf(right);
        expect([...numbersInRanges(addRanges(left, right))]).toEqual(
          ascending(new Set([...leftModel, ...rightModel])),
        );
        expect([...numbersInRanges(subtractRanges(left, right))]).toEqual(
          ascending([...leftModel].filter((number) => !rightModel.has(number))),
        );
        expect(containsRanges(left, right)).toBe([...rightModel].every((number) => leftModel.has(number)));
        expect(countRanges(left)).toBe(leftModel.size);
      }),
    );
  });

  it('never change their operands', () => {
    const left = Object.freeze([Object.freeze({ begin: 5, end: 9 }), Object.freeze({ begin: 1, end: 4 })]);
    const taken = Object.freeze([Object.freeze({ begin: 2, end: 6 })]);
    expect(subtractRanges(left, taken)).toEqual([
      { begin: 1, end: 1 },
      { begin: 7, end: 9 },
    ]);
    expect(addRanges(left, taken)).toEqual([{ begin: 1, end: 9 }]);
  });

  it('overlap when they share a number, not when they touch', () => {
    expect(
      rangesOverlap([
        { begin: 4, end: 6 },
        { begin: 1, end: 4 },
      ]),
    ).toBe(true);
    expect(
      rangesOverlap([
        { begin: 5, end: 6 },
        { begin: 1, end: 4 },
      ]),
    ).toBe(false);
  });

  it('print as Mesos does', () => {
    expect(
      formatRanges([
        { begin: 31005, end: 31005 },
        { begin: 31000, end: 31002 },
      ]),
    ).toBe('[31000-31002, 31005-31005]');
  });
});
