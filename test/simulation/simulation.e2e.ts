import { describe, expect, it } from 'vitest';
import type { Defects } from './defects.js';
import { runSeed } from './run-seed.js';

/** As many as `npm test` has time for; the rest is for nights (docs/simulation.md). */
const SEEDS = 200;

/** A defect has to show within so many seeds. */
const SEEDS_TO_NOTICE = 25;

/** Seeds that found a bug once, by what it was (docs/simulation.md). */
const EARLIER: readonly (readonly [seed: number, what: string])[] = [
  [7, 'keys of instances came in another order on a snapshot'],
  [5, 'a webhook was told of something while it was paused'],
  [25, 'a webhook was told of something before anything durable had asked for it'],
  [46, 'what a webhook was refused under former settings counted for the present ones'],
  [105_796, 'the offer of a launch was given back once, although that got lost, too'],
  [205_990, 'a subscriber who was ahead of a leader in doubt got again what it had seen'],
  [10_079, 'the offer of a launch that got lost was never given back'],
];

/** What breaks when something is broken on purpose. */
const DEFECTS: readonly (readonly [what: string, defects: Defects, invariant: RegExp])[] = [
  ['a batch is told to be durable before it is', { acknowledgesEarly: true }, /never lost|durable/],
  ['the epoch is ignored', { ignoreEpoch: true }, /two leaders never both write|without gaps/],
  ['a task is launched twice', { launchesTwice: true }, /launched twice/],
  ['constraints are skipped', { skipsConstraints: true }, /never violated by a placement/],
  ['too many instances are taken out of service', { skipsMinimum: true }, /never fall below/],
  [
    'commands with the same key are decided anew',
    { ignoresKeys: true },
    /never lost|exactly once|first answer/,
  ],
  ['an event is swallowed by a stream', { swallows: 200 }, /every position once/],
  ['a node folds another state', { foldsWrongly: true }, /same state|whole log/],
  ['requests of webhooks get lost', { losesDeliveries: 5 }, /goes on to \d+ without/],
  ['what is noted of webhooks is not true', { notesTooFar: true }, /every event that it asked for, in order/],
  ['kills are never sent', { losesKills: true }, /desired and actual/],
];

async function firstViolation(defects: Defects): Promise<string | undefined> {
  for (let seed = 1; seed <= SEEDS_TO_NOTICE; seed++) {
    const { violation } = await runSeed(seed, { defects });
    if (violation !== undefined) return violation;
  }
  return undefined;
}

describe('simulated clusters', () => {
  it('are the same from the same seed, event for event', async () => {
    for (const seed of [3, 4]) {
      const [first, second] = [await runSeed(seed), await runSeed(seed)];
      expect({ ...second, cpuMs: 0 }).toEqual({ ...first, cpuMs: 0 });
    }
    expect((await runSeed(3)).digest).not.toBe((await runSeed(4)).digest);
  });

  it.each(EARLIER)('hold seed %i: %s', async (seed) => {
    expect((await runSeed(seed)).violation).toBeUndefined();
  });

  it(`hold what must always hold, over ${SEEDS} seeds`, async () => {
    const violations: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = await runSeed(seed);
      if (violation !== undefined)
        violations.push(`npm run simulate -- --seed ${seed} --trace: ${violation}`);
    }
    expect(violations).toEqual([]);
  }, 600_000);

  it.each(DEFECTS)('show it when %s', async (_, defects, invariant) => {
    expect(await firstViolation(defects)).toMatch(invariant);
  });
});
