import { assert, array, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Instant } from './clock.js';
import { SignsOfLife } from './signs-of-life.js';

const TIMEOUT_MS = 12_000;

const at = (monotonicMs: number): Instant => ({ monotonicMs, wallMs: 1_000_000 + monotonicMs });

/** Signs at these times, connected at the first. */
function signsAt(...timesMs: readonly number[]): SignsOfLife {
  const signs = new SignsOfLife();
  signs.connected(at(timesMs[0]!));
  for (const timeMs of timesMs.slice(1)) signs.answered(at(timeMs), TIMEOUT_MS);
  return signs;
}

const knownBefore = (signs: SignsOfLife, timeMs: number) =>
  signs.knownBefore(at(timeMs), TIMEOUT_MS)?.monotonicMs;

describe('signs of life', () => {
  it.each([
    ['nothing before the first connection', [], 100, undefined],
    ['the connection, even a moment ago', [100], 101, 100],
    ['the connection, not a sign that may still be on its way', [100, 1_000], 3_999, 100],
    ['a sign that is a quarter of the time-out old', [100, 1_000], 4_000, 1_000],
    ['the latest such sign', [100, 1_000, 2_000, 3_000], 5_500, 2_000],
    ['no more than the last sign after a long pause', [100, 1_000, 9_000], 9_000, 1_000],
  ])('%s', (_, timesMs, sentAtMs, known) => {
    const signs = timesMs.length === 0 ? new SignsOfLife() : signsAt(...timesMs);
    expect(knownBefore(signs, sentAtMs)).toBe(known);
  });

  it('of a former connection do not count', () => {
    const signs = signsAt(100, 1_000, 2_000);
    signs.connected(at(20_000));
    expect(knownBefore(signs, 30_000)).toBe(20_000);
  });

  it('are as old as they must be and no older than regular requests allow', () => {
    assert(
      property(array(integer({ min: 1, max: 1_000 }), { minLength: 30, maxLength: 200 }), (stepsMs) => {
        const signs = signsAt(0);
        let nowMs = 0;
        for (const stepMs of stepsMs) {
          nowMs += stepMs;
          signs.answered(at(nowMs), TIMEOUT_MS);
        }
        const known = knownBefore(signs, nowMs)!;
        expect(known === 0 || known <= nowMs - TIMEOUT_MS / 4).toBe(true);
        // The longest step, and what is thinned out.
        expect(known).toBeGreaterThanOrEqual(nowMs - TIMEOUT_MS / 4 - 1_000 - TIMEOUT_MS / 24);
      }),
    );
  });
});
