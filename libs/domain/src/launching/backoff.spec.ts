import { describe, expect, it } from 'vitest';
import { anApp, VERSION } from './app.fixture.js';
import { BackoffBook } from './backoff.js';

const app = anApp();

function failed(times: number, changes: Parameters<typeof anApp>[0] = {}, nowMs = 0): BackoffBook {
  const book = new BackoffBook();
  for (let i = 0; i < times; i += 1) book.recordFailure(anApp(changes), nowMs);
  return book;
}

describe('BackoffBook', () => {
  it.each([
    [1, 1000],
    [2, 1150],
    [3, 1322.5],
    [41, 1000 * 1.15 ** 40],
    [42, 300_000],
    [60, 300_000],
  ])('after %i failures delays by %d ms', (times, delayMs) => {
    expect(failed(times).delayOf(app)?.delayMs).toBeCloseTo(delayMs, 5);
  });

  it('caps the first delay as well', () => {
    expect(failed(1, { backoffSeconds: 20, maxLaunchDelaySeconds: 5 }).delayOf(app)?.delayMs).toBe(5000);
  });

  it('allows launches at once until something fails, then after the delay', () => {
    expect(new BackoffBook().launchAllowedAt(app)).toBe(0);
    expect(failed(1, {}, 10_000).launchAllowedAt(app)).toBe(11_000);
  });

  it('starts the delay anew when a task makes progress, without changing it', () => {
    const book = failed(2, {}, 10_000);
    book.rebase(app, 50_000);
    expect(book.launchAllowedAt(app)).toBe(51_150);
    const none = new BackoffBook();
    none.rebase(app, 50_000);
    expect(none.delayOf(app)).toBeUndefined();
  });

  it('belongs to a configuration: scaling keeps it, a change of configuration does not', () => {
    const later = '2026-01-02T00:00:00.000Z';
    const book = failed(1);
    const scaled = anApp({
      version: later,
      versionInfo: { lastScalingAt: later, lastConfigChangeAt: VERSION },
    });
    expect(book.delayOf(scaled)?.delayMs).toBe(1000);
    const changed = anApp({ version: later });
    expect(book.delayOf(changed)).toBeUndefined();
    book.recordFailure(changed, 0);
    book.reset(app);
    expect([book.delayOf(app), book.delayOf(changed)?.delayMs]).toEqual([undefined, 1000]);
    book.resetAll(app.id);
    expect(book.delayOf(changed)).toBeUndefined();
  });

  it('ages out only after the maximal delay', () => {
    const book = failed(1, {}, 1000);
    expect(book.purge(301_000)).toEqual([]);
    expect(book.purge(301_001)).toEqual([app.id]);
    expect(book.launchAllowedAt(app)).toBe(0);
  });

  it.each([
    [10_000, { timeLeftSeconds: 1, overdue: false }],
    [10_001, { timeLeftSeconds: 0, overdue: false }],
    [11_999, { timeLeftSeconds: 0, overdue: false }],
    [12_000, { timeLeftSeconds: 0, overdue: true }],
  ])('at %i ms shows the queue %j', (nowMs, shown) => {
    expect(failed(1, {}, 10_000).queueDelayOf(app, nowMs)).toEqual(shown);
  });

  it('without a delay is overdue', () => {
    expect(new BackoffBook().queueDelayOf(app, 5)).toEqual({ timeLeftSeconds: 0, overdue: true });
  });
});
