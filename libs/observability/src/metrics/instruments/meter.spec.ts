import { describe, expect, it } from 'vitest';
import { Meter } from './meter.js';

/** A meter whose clock the test moves. */
function meterAt(): { meter: Meter; advance: (ms: number) => void } {
  let nowMs = 0;
  return { meter: new Meter(() => nowMs), advance: (ms) => void (nowMs += ms) };
}

describe('Meter', () => {
  it('shows a steady rate in all averages', () => {
    const { meter, advance } = meterAt();
    for (let second = 0; second < 60; second++) {
      meter.mark(3);
      advance(1000);
    }
    const { meanRate, m1Rate, m5Rate, m15Rate } = meter.rates();
    for (const rate of [meanRate, m1Rate, m5Rate, m15Rate]) expect(rate).toBeCloseTo(3, 6);
    expect(meter.count).toBe(180);
  });

  it('lets the one-minute average fall to 1/e in a minute of silence, however rarely it is read', () => {
    const { meter, advance } = meterAt();
    meter.mark(50);
    advance(5000);
    expect(meter.rates().m1Rate).toBeCloseTo(10, 6);
    advance(60_000);
    expect(meter.rates().m1Rate).toBeCloseTo(10 / Math.E, 6);
  });

  it('has no rates before time has passed', () => {
    const { meter } = meterAt();
    meter.mark();
    expect(meter.rates()).toEqual({ meanRate: 0, m1Rate: 0, m5Rate: 0, m15Rate: 0 });
  });
});
