import type { RangeValue } from '../protocol/primitives.js';

/**
 * Sets of whole numbers as inclusive ranges (`spec/mesos-client.md §19.2`). Every function takes ranges in any
 * order, overlapping or not, and returns them coalesced: sorted, disjoint and with adjacent ones merged.
 */
export type Ranges = readonly RangeValue[];

/** Sorted, disjoint, adjacent ones merged; ranges whose `begin` exceeds their `end` hold nothing. */
export function coalesceRanges(ranges: Ranges): RangeValue[] {
  const sorted = ranges.filter((range) => range.begin <= range.end);
  sorted.sort((left, right) => left.begin - right.begin);
  const result: RangeValue[] = [];
  let last: RangeValue | undefined;
  for (const { begin, end } of sorted) {
    if (last !== undefined && begin <= last.end + 1) {
      last.end = Math.max(last.end, end);
    } else {
      last = { begin, end };
      result.push(last);
    }
  }
  return result;
}

/** Numbers in either. */
export function addRanges(left: Ranges, right: Ranges): RangeValue[] {
  return coalesceRanges([...left, ...right]);
}

/** Numbers in `from` and not in `taken`. */
export function subtractRanges(from: Ranges, taken: Ranges): RangeValue[] {
  const holes = coalesceRanges(taken);
  const result: RangeValue[] = [];
  let firstHole = 0;
  for (const { begin, end } of coalesceRanges(from)) {
    while ((holes[firstHole]?.end ?? begin) < begin) {
      firstHole += 1;
    }
    let next = begin;
    for (let at = firstHole; at < holes.length; at += 1) {
      const hole = holes[at];
      if (hole === undefined || hole.begin > end) {
        break;
      }
      if (hole.begin > next) {
        result.push({ begin: next, end: hole.begin - 1 });
      }
      next = hole.end + 1;
    }
    if (next <= end) {
      result.push({ begin: next, end });
    }
  }
  return result;
}

/** Whether every number of `part` is in `whole`. */
export function containsRanges(whole: Ranges, part: Ranges): boolean {
  const outer = coalesceRanges(whole);
  let at = 0;
  for (const { begin, end } of coalesceRanges(part)) {
    while ((outer[at]?.end ?? begin) < begin) {
      at += 1;
    }
    const candidate = outer[at];
    if (candidate === undefined || candidate.begin > begin || candidate.end < end) {
      return false;
    }
  }
  return true;
}

/** Whether two ranges of the list share a number; adjacent ranges do not. */
export function rangesOverlap(ranges: Ranges): boolean {
  const sorted = ranges.toSorted((left, right) => left.begin - right.begin);
  return sorted.some((range, index) => index > 0 && range.begin <= (sorted[index - 1]?.end ?? -Infinity));
}

/** How many numbers there are. */
export function countRanges(ranges: Ranges): number {
  return coalesceRanges(ranges).reduce((sum, { begin, end }) => sum + (end - begin + 1), 0);
}

/** The numbers in ascending order, one by one: a port range need not be spread out in memory. */
export function* numbersInRanges(ranges: Ranges): Generator<number, void, undefined> {
  for (const { begin, end } of coalesceRanges(ranges)) {
    for (let number = begin; number <= end; number += 1) {
      yield number;
    }
  }
}

/** `[31000-31999, 32010-32010]`, the display form of Mesos. */
export function formatRanges(ranges: Ranges): string {
  return `[${coalesceRanges(ranges)
    .map(({ begin, end }) => `${begin}-${end}`)
    .join(', ')}]`;
}
