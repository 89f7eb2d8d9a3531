import { decodeTime } from 'ulid';
import { describe, expect, it } from 'vitest';
import { MonotonicUlids } from './monotonic-ulids.js';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

describe('MonotonicUlids', () => {
  it.each([
    ['usual ones', Math.random],
    ['those that count over into the upper half', () => 0.999_999_999_999],
    ['those that begin with nothing', () => 0],
  ])('are ULIDs of their time, each greater than the one before: %s', (_, random) => {
    const ulids = new MonotonicUlids(random);
    let last = '';
    for (const timeMs of [1_700_000_000_000, 1_700_000_000_001, 1_700_000_005_000]) {
      for (let n = 0; n < 3000; n++) {
        const id = ulids.next(timeMs);
        expect(id > last && ULID.test(id) && decodeTime(id) === timeMs, `${id} after ${last}`).toBe(true);
        last = id;
      }
    }
  });

  it('go on when time goes back', () => {
    const ulids = new MonotonicUlids();
    const first = ulids.next(5000);
    const second = ulids.next(4000);
    expect(second > first).toBe(true);
    expect(decodeTime(second)).toBe(5000);
  });
});
