import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

const OPTIONS = {
  highestTrackableValue: 3_600_000_000_000,
  significantDigits: 3,
  resetIntervalMs: undefined,
};

function recorded(values: readonly number[], options = OPTIONS): Histogram {
  const histogram = new Histogram(options, () => 0);
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The quantile as its definition says: the smallest value with at least that share at or below it. */
function exactQuantile(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
}

describe('Histogram', () => {
  it('gives every quantile to the asked number of digits', () => {
    const values = array(integer({ min: 0, max: 3_600_000_000_000 }), { minLength: 1, maxLength: 200 });
    assert(
      property(values, integer({ min: 0, max: 3 }), (sample, significantDigits) => {
        const { p50, p75, p95, p98, p99, p999, min, max } = recorded(sample, {
          ...OPTIONS,
          significantDigits,
        }).distribution();
        const found = [p50, p75, p95, p98, p99, p999];
        for (const [index, quantile] of [0.5, 0.75, 0.95, 0.98, 0.99, 0.999].entries()) {
          const exact = exactQuantile(sample, quantile);
          expect(found[index]).toBeGreaterThanOrEqual(exact);
          expect(found[index]).toBeLessThanOrEqual(exact + exact / 10 ** significantDigits);
        }
        expect(min).toBe(Math.min(...sample));
        expect(max).toBe(Math.max(...sample));
      }),
      { numRuns: 40 },
    );
  });

  it('gives mean and standard deviation', () => {
    const { mean, stddev } = recorded([2, 4, 4, 4, 5, 5, 7, 9]).distribution();
    expect(mean).toBe(5);
    expect(stddev).toBe(2);
  });

  it('counts values out of range as the nearest tracked one', () => {
    const { min, max } = recorded([-5, 9e15]).distribution();
    expect([min, max]).toEqual([0, OPTIONS.highestTrackableValue]);
  });

  it('is all zero without values', () => {
    expect(new Set(Object.values(recorded([]).distribution()))).toEqual(new Set([0]));
  });

  it('forgets its values after the reset interval, but not their count', () => {
    let nowMs = 0;
    const histogram = new Histogram({ ...OPTIONS, resetIntervalMs: 5000 }, () => nowMs);
    histogram.record(1000);
    nowMs = 4999;
    expect(histogram.distribution().max).toBe(1000);
    nowMs = 5000;
    histogram.record(10);
    expect(histogram.distribution()).toMatchObject({ max: 10, p50: 10, p999: 10, mean: 10 });
    expect(histogram.count).toBe(2);
  });
});
