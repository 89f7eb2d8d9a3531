import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Health } from './health.js';

const settings = { gracePeriodMs: 1_000, consecutiveFailures: 3 };
const good = { exitCode: 0 };
const bad = { exitCode: 1 };

describe('health', () => {
  it.each([
    ['exit 0', { exitCode: 0 }, true],
    ['exit 1', { exitCode: 1 }, false],
    ['status 200', { statusCode: 200 }, true],
    ['status 399', { statusCode: 399 }, true],
    ['status 199', { statusCode: 199 }, false],
    ['status 400', { statusCode: 400 }, false],
    ['connected', { succeeded: true }, true],
    ['not connected', { succeeded: false }, false],
    ['not performed', {}, false],
  ])('%s', (_, result, healthy) => {
    expect(new Health(settings).take(result, 5_000).healthy).toBe(healthy);
  });

  it('says nothing of failures within the grace period', () => {
    const health = new Health(settings);
    for (let index = 0; index < 10; index++) expect(health.take(bad, 999)).toEqual({});
    expect(health.take(bad, 1_000)).toEqual({ healthy: false, kills: false });
  });

  it('knows no grace after the first success', () => {
    const health = new Health(settings);
    expect(health.take(good, 10)).toEqual({ healthy: true });
    expect(health.take(bad, 20)).toEqual({ healthy: false, kills: false });
  });

  it('tells each failure, but of successes only the first one and the first after a failure', () => {
    const health = new Health(settings);
    const told = [good, good, bad, bad, good, good].map((result) => health.take(result, 5_000).healthy);
    expect(told).toEqual([true, undefined, false, false, true, undefined]);
  });

  it('kills after exactly so many failures in a row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (results, most) => {
          const health = new Health({ gracePeriodMs: 0, consecutiveFailures: most });
          let failures = 0;
          for (const isGood of results) {
            const { kills = false } = health.take(isGood ? good : bad, 0);
            failures = isGood ? 0 : failures + 1;
            expect(kills).toBe(failures >= most);
          }
        },
      ),
    );
  });
});
