import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimerWheel } from './timer-wheel.js';

describe('TimerWheel', () => {
  let nowMs = 0;
  let due: [item: string, atMs: number][];
  let wheel: TimerWheel<string>;

  beforeEach(() => {
    vi.useFakeTimers();
    nowMs = 1000;
    due = [];
    wheel = new TimerWheel(
      (item) => due.push([item, nowMs]),
      () => nowMs,
    );
  });

  afterEach(() => {
    wheel.clear();
    vi.useRealTimers();
  });

  const pass = (ms: number): void => {
    for (const end = nowMs + ms; nowMs < end;) {
      nowMs += 10;
      vi.advanceTimersByTime(10);
    }
  };

  it('hands over each item at its moment, in the order of the moments', () => {
    for (const [item, atMs] of [
      ['c', 1503],
      ['a', 1020],
      ['b', 1500],
      ['past', 500],
    ] as const) {
      wheel.schedule(item, atMs);
    }
    pass(1000);
    expect(due).toEqual([
      ['past', 1010],
      ['a', 1020],
      ['b', 1500],
      ['c', 1510],
    ]);
  });

  it('passes by what is more than a turn away', () => {
    wheel.schedule('far', nowMs + 100_000);
    wheel.schedule('near', nowMs + 100_000 - 81_920);
    pass(99_990);
    expect(due).toEqual([['near', 1000 + 18_080]]);
    pass(10);
    expect(due).toHaveLength(2);
  });

  it('catches up after the event loop was held up', () => {
    wheel.schedule('a', nowMs + 20);
    wheel.schedule('b', nowMs + 40);
    nowMs += 500;
    vi.advanceTimersByTime(10);
    expect(due).toEqual([
      ['a', 1500],
      ['b', 1500],
    ]);
  });

  it('runs no timer while it is empty, and starts again', () => {
    wheel.schedule('a', nowMs + 20);
    expect(vi.getTimerCount()).toBe(1);
    pass(30);
    expect(vi.getTimerCount()).toBe(0);
    nowMs += 1_000_000;
    wheel.schedule('b', nowMs + 20);
    pass(20);
    expect(due.map(([item]) => item)).toEqual(['a', 'b']);
  });

  it('lets an item come again from within its own turn', () => {
    wheel = new TimerWheel(
      (item) => {
        due.push([item, nowMs]);
        wheel.schedule(item, nowMs + 100);
      },
      () => nowMs,
    );
    wheel.schedule('a', nowMs + 100);
    pass(300);
    expect(due).toEqual([
      ['a', 1100],
      ['a', 1200],
      ['a', 1300],
    ]);
  });
});
