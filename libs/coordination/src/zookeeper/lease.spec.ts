import { beforeEach, describe, expect, it } from 'vitest';

import type { Instant } from '#zookeeper';

import { Lease } from './lease.js';

const TIMEOUT_MS = 12_000;

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

  it('lasts eleven twelfths of the time-out from the last certain sign of life', () => {
    const contact = now;
    passes(1_000);
    lease.renew(contact);
    expect([lease.isGood, lease.leftMs]).toEqual([true, 10_000]);
    passes(9_999);
    expect([lease.isGood, lease.leftMs]).toEqual([true, 1]);
    passes(1);
    expect([lease.isGood, lease.leftMs]).toEqual([false, 0]);
  });

  it('is renewed twelve times in a time-out', () => {
    expect(lease.renewalIntervalMs).toBe(1_000);
  });

  it('is not shortened by an older sign', () => {
    const older = now;
    passes(1_000);
    lease.renew(now);
    lease.renew(older);
    expect(lease.leftMs).toBe(11_000);
  });

  it('ends while the machine sleeps and its monotonic clock stands still', () => {
    lease.renew(now);
    passes(10, 11_000);
    expect(lease.isGood).toBe(false);
  });

  it('does not last longer when the clock is set back', () => {
    lease.renew(now);
    passes(11_000, -50_000);
    expect(lease.isGood).toBe(false);
  });
});
