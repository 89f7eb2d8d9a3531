import { describe, expect, it } from 'vitest';
import { parseDistribution, sample } from './distribution.js';
import { Fates, hashText, PURPOSES } from './fate.js';

const DRAWS = 4_000;

function samples(given: unknown): number[] {
  const distribution = parseDistribution(given, 'x');
  const fates = new Fates(42);
  return Array.from({ length: DRAWS }, (_, index) =>
    sample(distribution, fates.draws(PURPOSES.lifetime, hashText(`task-${index}`))),
  );
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

describe('draws from', () => {
  it.each([
    ['a number', 12, mean, 12],
    ['const', { dist: 'const', value: 12 }, mean, 12],
    ['uniform', { dist: 'uniform', min: 10, max: 30 }, mean, 20],
    ['normal', { dist: 'normal', mean: 100, sd: 10 }, mean, 100],
    ['lognormal', { dist: 'lognormal', median: 50, sigma: 0.5 }, median, 50],
    ['exponential', { dist: 'exponential', mean: 40 }, mean, 40],
    ['pareto', { dist: 'pareto', min: 10, alpha: 3 }, mean, 15],
    ['choice', { dist: 'choice', values: [10, 20], weights: [3, 1] }, mean, 12.5],
  ])('%s lie where they should', (_, given, figure, expected) => {
    const found = figure(samples(given));
    expect(Math.abs(found / expected - 1)).toBeLessThan(0.06);
    expect(Math.min(...samples(given))).toBeGreaterThanOrEqual(0);
  });
});

it.each([
  [{ dist: 'uniform', min: 3, max: 2 }, /min must not exceed/],
  [{ dist: 'uniform', min: 3 }, /x.max must be a number/],
  [{ dist: 'const', value: -1 }, /from 0/],
  [{ dist: 'gamma' }, /one of const, uniform/],
  [{ dist: 'const', value: 1, sd: 2 }, /has no `sd`/],
  [{ dist: 'choice', values: [1], weights: [1, 2] }, /1 values and 2 weights/],
  [{ dist: 'choice', values: [1], weights: [0] }, /no weight above 0/],
  ['soon', /must be a number or a distribution/],
])('%j is refused', (given, reason) => {
  expect(() => parseDistribution(given, 'x')).toThrow(reason);
});

const next = (seed: number, purpose: 1 | 2, name: string, turn = 0): number =>
  new Fates(seed).draws(purpose, hashText(name), turn).next();

describe('a fate', () => {
  it('depends on seed, purpose, subject and turn, and on nothing else', () => {
    const own = next(1, 1, 'a');
    expect(next(1, 1, 'a')).toBe(own);
    expect(new Set([own, next(2, 1, 'a'), next(1, 2, 'a'), next(1, 1, 'b'), next(1, 1, 'a', 1)]).size).toBe(
      5,
    );
    expect(next(2 ** 40 + 1, 1, 'a')).not.toBe(own);
  });

  it('is as likely as it is said to be', () => {
    const fates = new Fates(5);
    const hits = Array.from({ length: 10_000 }, (_, index) => fates.happens(0.1, 1, hashText(`t${index}`)));
    expect(hits.filter(Boolean).length / hits.length).toBeCloseTo(0.1, 1);
    expect(fates.happens(0, 1, 1)).toBe(false);
  });
});
