import { describe, expect, it } from 'vitest';
import { newEvent } from '../events.fixture.js';
import { LiveTail } from './live-tail.js';

const positions = (events: readonly { position: number }[] | undefined) => events?.map((e) => e.position);

describe('the live tail', () => {
  const tail = new LiveTail();
  tail.push([newEvent(), newEvent()], 11, 1);
  tail.push([newEvent()], 13, 1);
  tail.push([newEvent(), newEvent(), newEvent()], 14, 1);

  it('gives whole batches that begin right after a position', () => {
    expect(positions(tail.after(10, 100))).toEqual([11, 12, 13, 14, 15, 16]);
    expect(positions(tail.after(12, 2))).toEqual([13, 14, 15, 16]);
    expect(positions(tail.after(13, 1))).toEqual([14, 15, 16]);
  });

  it('has nothing for positions it does not hold, or that lie within a batch', () => {
    expect(tail.after(9, 100)).toBeUndefined();
    expect(tail.after(11, 100)).toBeUndefined();
    expect(tail.after(16, 100)).toBeUndefined();
  });

  it('forgets the oldest batches', () => {
    const long = new LiveTail();
    for (let first = 1; first <= 20_000; first += 2) long.push([newEvent(), newEvent()], first, 1);
    expect(long.after(0, 10)).toBeUndefined();
    expect(positions(long.after(19_998, 10))).toEqual([19_999, 20_000]);
    expect(positions(long.after(19_500, 2))).toEqual([19_501, 19_502]);
  });
});
