import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FairTurns } from './fair-turns.js';

const busyFor = (ms: number): void => {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
};

it('lets everybody go in their turn, and others in between', async () => {
  const turns = new FairTurns();
  const done: string[] = [];
  const work = async (name: string, portions: number): Promise<void> => {
    for (let portion = 1; portion <= portions; portion += 1) {
      await turns.next();
      // What follows at once belongs to the portion, also behind promises.
      await Promise.resolve();
      busyFor(6);
      done.push(`${name}${portion}`);
    }
  };
  const others = async (): Promise<void> => {
    while (done.length < 5) {
      await nextTurn();
      if (done.at(-1) !== '-') done.push('-');
    }
  };
  await Promise.all([work('a', 3), work('b', 2), others()]);
  expect(done.join(' ')).toMatch(/^(?:- )?a1 - b1 - a2/);
  expect(done.filter((name) => name !== '-')).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});
