import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinnedOut } from './thin-out.js';

const files = (...positions: number[]) => positions.map((position) => ({ position, bytes: 10 }));
const positionsOf = (list: readonly { readonly position: number }[]) => list.map(({ position }) => position);

describe('thinnedOut', () => {
  it.each([
    ['nothing of what fits', files(10, 20, 30), 30, []],
    ['nothing of nothing', [], 0, []],
    ['the oldest of equal gaps', files(10, 20, 30, 40), 30, [10]],
    ['every second one, from the oldest on', files(10, 20, 30, 40, 50, 60), 40, [10, 30]],
    ['all but the newest, if need be', files(10, 20, 30), 5, [10, 20]],
  ])('gives up %s', (_, list, limit, gone) => {
    expect(positionsOf(thinnedOut(list, limit))).toEqual(gone);
  });

  it('leaves no gap more than four times as wide as it has to be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 1, max: 200 }), (count, room) => {
        const all = files(...Array.from({ length: count }, (_, index) => index + 1));
        const gone = new Set(positionsOf(thinnedOut(all, room * 10)));
        const kept = [0, ...positionsOf(all).filter((position) => !gone.has(position))];
        const widest = Math.max(...kept.slice(1).map((position, index) => position - (kept[index] ?? 0)));
        expect(kept.length - 1).toBe(Math.min(count, room));
        expect(kept.at(-1)).toBe(count);
        expect(widest).toBeLessThanOrEqual(Math.max(1, 4 * Math.ceil(count / room)));
      }),
    );
  });
});
