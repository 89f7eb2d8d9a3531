import { describe, expect, it } from 'vitest';
import { TimeUuids, timeUuid } from './instance-id-uuid.js';

describe('timeUuid', () => {
  it.each([
    [{ nowMs: 0, counter: 0, clockSequence: 0, node: 0 }, '13814000-1dd2-11b2-8000-000000000000'],
    [
      { nowMs: 1_501_631_651_133, counter: 213, clockSequence: 0x255c, node: 0x5ecf1c4671f6 },
      'b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6',
    ],
  ])('writes %j', (parts, expected) => {
    expect(timeUuid(parts)).toBe(expected);
  });
});

describe('TimeUuids', () => {
  it('never repeats, whatever the clock does', () => {
    const uuids = new TimeUuids(0x5ecf1c4671f6, 1);
    const made = new Set<string>();
    for (let i = 0; i < 25_000; i += 1) made.add(uuids.next(1_000));
    for (let i = 0; i < 10; i += 1) made.add(uuids.next(500 + i));
    expect(made.size).toBe(25_010);
  });
});
