import { expect, it } from 'vitest';

import { FailoverWatch } from './failover-watch.js';
import { ManualClock } from './manual-clock.fixture.js';

const DAY_MS = 24 * 3_600_000;

function watchOver(timeoutMs: number): { clock: ManualClock; watch: FailoverWatch; told: number[] } {
  const clock = new ManualClock();
  const told: number[] = [];
  const onDanger = (message: string): void => {
    expect(message).toContain(`--failover_timeout (${timeoutMs / 1000} s)`);
    told.push(clock.now());
  };
  return { clock, told, watch: new FailoverWatch({ clock, failoverTimeoutMs: () => timeoutMs, onDanger }) };
}

it('speaks up at half of the failover time-out, and again as the end comes near', () => {
  const { clock, watch, told } = watchOver(1000);
  watch.away();
  clock.advance(300);
  watch.away();
  clock.advance(5000);
  expect(told).toEqual([500, 750, 900, 1000]);
});

it('is silent once there is a subscription again', () => {
  const { clock, watch, told } = watchOver(1000);
  watch.away();
  clock.advance(499);
  watch.back();
  clock.advance(5000);
  watch.away();
  clock.advance(500);
  expect(told).toEqual([5999]);
});

it('bears periods beyond the longest timer', () => {
  const { clock, watch, told } = watchOver(100 * DAY_MS);
  watch.away();
  clock.advance(60 * DAY_MS);
  expect(told).toEqual([50 * DAY_MS]);
});

it('has nothing to watch without a time-out', () => {
  const { clock, watch } = watchOver(0);
  watch.away();
  expect(clock.pendingMs).toEqual([]);
});
