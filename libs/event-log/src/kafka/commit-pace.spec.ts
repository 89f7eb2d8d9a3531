import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CommitPace } from './commit-pace.js';

describe('how long a transaction waits for more appends', () => {
  it.each([
    { what: 'half of what the last one took', events: 90, tookMs: 20, atMostMs: 10 },
    { what: 'no longer than 25 ms', events: 90, tookMs: 4_000, atMostMs: 25 },
  ])('$what', ({ events, tookMs, atMostMs }) => {
    const pace = new CommitPace();
    pace.committed(events, tookMs);
    expect(pace.patienceMs()).toBeGreaterThan(0);
    expect(pace.patienceMs()).toBeLessThanOrEqual(atMostMs);
  });

  it('not at all before the first one, after one with the events of one command, or when time has passed', async () => {
    const pace = new CommitPace();
    expect(pace.patienceMs()).toBe(0);
    pace.committed(3, 20);
    expect(pace.patienceMs()).toBe(0);
    pace.committed(90, 10);
    await delay(10);
    expect(pace.patienceMs()).toBe(0);
  });
});
