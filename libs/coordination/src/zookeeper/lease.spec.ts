import { beforeEach, describe, expect, it } from 'vitest';

import type { Instant } from './clock.js';
import { Lease } from './lease.js';

const TIMEOUT_MS = 9_000;

describe('a lease', () => {
  let now: Instant;
  let lease: Lease;

  beforeEach(() => {
    now = { monotonicMs: 100, wallMs: 1_000_000 };
    lease = new Lease(TIMEOUT_MS, () => now);
  });

  const passes = (monotonicMs: number, wallMs = monotonicMs): void => {
    now = { monotonicMs: now.monotonicMs + monotonicMs, wallMs: now.wallMs + wallMs };
  };

  it('is not good before it is renewed', () => {
    expect([lease.isGood, lease.leftMs]).toEqual([false, 0]);
  });

  it('lasts two thirds of the time-out from when its renewal was sent', () => {
    const sentAt = now;
    passes(1_000);
    lease.renew(sentAt);
    expect([lease.isGood, lease.leftMs]).toEqual([true, 5_000]);
    passes(4_999);
    expect([lease.isGood, lease.leftMs]).toEqual([true, 1]);
    passes(1);
    expect([lease.isGood, lease.leftMs]).toEqual([false, 0]);
  });

  it('is renewed twelve times in a time-out', () => {
    expect(lease.renewalIntervalMs).toBe(750);
  });

  it('is not shortened by the late answer of an older renewal', () => {
    const older = now;
    passes(1_000);
    lease.renew(now);
    lease.renew(older);
    expect(lease.leftMs).toBe(6_000);
  });

  it('ends while the machine sleeps and its monotonic clock stands still', () => {
    lease.renew(now);
    passes(10, 6_000);
    expect(lease.isGood).toBe(false);
  });

  it('does not last longer when the clock is set back', () => {
    lease.renew(now);
    passes(6_000, -50_000);
    expect(lease.isGood).toBe(false);
  });
});
