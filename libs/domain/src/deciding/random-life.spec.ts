import { array, assert, property } from 'fast-check';
import { describe, it } from 'vitest';
import { RandomLife } from './random-life.fixture.js';
import { ACTS, step } from './random-steps.fixture.js';

describe('a random life', () => {
  it('keeps every promise at every moment, and comes to rest when faults stop', { timeout: 180_000 }, () => {
    assert(
      property(array(step, { maxLength: 70, size: 'max' }), (steps) => {
        const life = new RandomLife();
        for (const taken of steps) {
          ACTS[taken.act](life, taken);
          if (!taken.slow) life.carryOut(taken.fate);
        }
        life.comeToRest();
      }),
      { numRuns: 400 },
    );
  });
});
