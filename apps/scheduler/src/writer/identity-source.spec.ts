import { describe, expect, it } from 'vitest';
import { IdentitySource } from './identity-source.js';

/** A clock that can be set, and a stopwatch beside it. */
function settableTime() {
  const time = { clockMs: 1_000_000, stopwatchMs: 0 };
  const source = new IdentitySource(
    () => time.clockMs,
    () => time.stopwatchMs,
  );
  const pass = (ms: number) => {
    time.clockMs += ms;
    time.stopwatchMs += ms;
  };
  return { time, source, pass };
}

describe('the time of decisions', () => {
  it('is that of the clock', () => {
    const { source, pass } = settableTime();
    expect(source.nowMs()).toBe(1_000_000);
    pass(250);
    expect(source.nowMs()).toBe(1_000_250);
  });

  it('goes on slowly while the clock is behind what was seen before, and never runs backwards', () => {
    const { time, source, pass } = settableTime();
    expect(source.nowMs()).toBe(1_000_000);
    time.clockMs -= 10_000;
    const seen: number[] = [];
    for (let second = 1; second <= 30; second++) {
      pass(1000);
      seen.push(source.nowMs());
    }
    expect(seen.slice(0, 4)).toEqual([1_000_500, 1_001_000, 1_001_500, 1_002_000]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(time.clockMs);
  });

  it('adds up looks that are less than a millisecond apart', () => {
    const { time, source } = settableTime();
    source.notBefore(2_000_000);
    for (let look = 0; look < 1000; look++) {
      time.stopwatchMs += 0.5;
      source.nowMs();
    }
    expect(source.nowMs()).toBe(2_000_250);
  });

  it('begins no earlier than the log ends', () => {
    const { source } = settableTime();
    source.notBefore(3_000_000);
    expect(source.nowMs()).toBe(3_000_000);
    expect(source.turnEnvironment().nowMs).toBe(3_000_000);
  });
});
