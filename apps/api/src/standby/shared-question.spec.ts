import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SharedQuestion } from './shared-question.js';

/** Answers `1`, `2`, … to the questions, each when it is told to. */
function oracle() {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const question = new SharedQuestion(
    () =>
      new Promise<number>((resolve) => {
        asked += 1;
        const number = asked;
        waiting.push(() => resolve(number));
      }),
  );
  const answerOne = async (): Promise<void> => {
    waiting.shift()?.();
    await turn();
  };
  return { question, answerOne, asked: () => asked };
}

describe('a shared question', () => {
  it('is one at a time, and its answer is for those who came before it was sent', async () => {
    const { question, answerOne, asked } = oracle();
    const first = question.answer();
    const later = [question.answer(), question.answer()];
    expect(asked()).toBe(1);
    await answerOne();
    const latest = question.answer();
    expect(asked()).toBe(2);
    await answerOne();
    await answerOne();
    expect(await Promise.all([first, ...later, latest])).toEqual([1, 2, 2, 3]);
    expect(asked()).toBe(3);
  });

  it('is never two at a time, whenever somebody comes', async () => {
    const { question, answerOne, asked } = oracle();
    const answers = [question.answer(), question.answer()];
    const between = answers[0]?.then(() => question.answer());
    await answerOne();
    expect(asked()).toBe(2);
    await answerOne();
    await answerOne();
    expect(await answers[1]).toBe(2);
    expect(await between).toBeLessThanOrEqual(3);
  });
});
