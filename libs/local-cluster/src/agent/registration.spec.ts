import { describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger.js';
import { ManualClock } from '../runtime/manual-clock.fixture.js';
import { createRandom } from '../runtime/random.js';
import { Registration } from './registration.js';

function setUp(): {
  clock: ManualClock;
  sentAtMs: number[];
  pongs: () => number;
  registration: Registration;
} {
  const clock = new ManualClock(0);
  const sentAtMs: number[] = [];
  let pongs = 0;
  const registration = new Registration({
    clock,
    random: { ...createRandom(1), next: () => 1 },
    logger: silentLogger,
    backoffFactorMs: 1_000,
    compose: () => ({ type: 'register', agent: {} as never }),
    link: {
      isConnected: true,
      listen: () => undefined,
      send: ({ type }) => {
        if (type === 'pong') pongs += 1;
        else sentAtMs.push(clock.nowMs());
      },
    },
  });
  return { clock, sentAtMs, pongs: () => pongs, registration };
}

describe('Registration', () => {
  it('tries at once, then with growing pauses up to a minute, until accepted', () => {
    const { clock, sentAtMs, registration } = setUp();
    registration.begin();
    clock.advance(200_000);
    const seconds = sentAtMs.map((ms) => ms / 1000);
    expect(seconds).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    registration.accepted(75_000);
    clock.advance(70_000);
    expect(sentAtMs).toHaveLength(9);
    expect(registration.isRegistered).toBe(true);
  });

  it('answers pings, and begins anew when they stay away or say that it is forgotten', () => {
    const { clock, sentAtMs, pongs, registration } = setUp();
    registration.begin();
    registration.accepted(75_000);
    clock.advance(60_000);
    registration.pinged(true);
    clock.advance(79_000);
    expect([pongs(), sentAtMs.length]).toEqual([1, 1]);
    clock.advance(2_000);
    expect(sentAtMs.length).toBeGreaterThan(1);
    registration.accepted(75_000);
    const before = sentAtMs.length;
    registration.pinged(false);
    expect(sentAtMs).toHaveLength(before + 1);
  });

  it('is quiet once stopped', () => {
    const { clock, sentAtMs, registration } = setUp();
    registration.begin();
    registration.stop();
    clock.advance(600_000);
    expect(sentAtMs).toHaveLength(1);
  });
});
