import { createRandom } from '#local-cluster';

/** Random numbers of a test run; the seed is printed so that a failing run can be repeated. */
export interface Random {
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** `length` characters that may stand in an app id. */
  word(length: number): string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A source seeded from `EKIDEN_TEST_SEED`, or from the clock. `label` says which test asks. */
export function seededRandom(label: string): Random {
  const seed = Number(process.env['EKIDEN_TEST_SEED'] ?? Date.now() % 2 ** 31);
  process.stderr.write(`${label}: EKIDEN_TEST_SEED=${seed}\n`);
  const { next } = createRandom(seed);
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    word: (length) => Array.from({ length }, () => LETTERS[between(0, LETTERS.length - 1)]).join(''),
  };
}
