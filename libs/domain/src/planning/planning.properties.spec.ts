import { array, assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomLife } from '../deciding/random-life.fixture.js';
import { ACTS, step, type Step } from '../deciding/random-steps.fixture.js';
import { planFirst } from './plan-first.fixture.js';

function lived(steps: readonly Step[], prepare: (life: RandomLife) => void): RandomLife {
  const life = new RandomLife();
  prepare(life);
  for (const taken of steps) {
    ACTS[taken.act](life, taken);
    if (!taken.slow) life.carryOut(taken.fate);
  }
  return life;
}

describe('a plan', () => {
  it('changes nothing, now or later, and says what the command does then', { timeout: 180_000 }, () => {
    assert(
      property(array(step, { maxLength: 50, size: 'max' }), (steps) => {
        const planned = lived(steps, ({ scenario }) => planFirst(scenario));
        const plain = lived(steps, () => undefined);
        expect(JSON.stringify(planned.scenario.events)).toBe(JSON.stringify(plain.scenario.events));
        expect(planned.scenario.takeAllEffects()).toEqual(plain.scenario.takeAllEffects());
      }),
      { numRuns: 150 },
    );
  });
});
