import { expect, it } from 'vitest';
import type { NewRefusal } from '#history';
import { RefusalNotes } from './refusal-filter.js';

const refusal = (bytes: number): NewRefusal => ({
  time: 1,
  actor: { kind: 'user' },
  method: 'PUT',
  path: '/v2/apps/web',
  command: 'PutApp',
  status: 422,
  reason: 'no',
  body: new Uint8Array(bytes),
});

it('lets no more wait for a slow history than a bounded amount', async () => {
  const portions: (readonly NewRefusal[])[] = [];
  const ends: (() => void)[] = [];
  const warnings: object[] = [];
  const history = {
    noteRefusals: (refusals: readonly NewRefusal[]) => {
      portions.push(refusals);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  const notes = new RefusalNotes(history, { warn: (facts: object) => warnings.push(facts) });
  notes.add(refusal(0));
  const first = notes.flush();
  await expect.poll(() => portions.length).toBe(1);
  for (let count = 0; count < 10; count += 1) notes.add(refusal(20e6));
  const second = notes.flush();
  ends.shift()?.();
  await first;
  await expect.poll(() => portions.length).toBe(2);
  ends.shift()?.();
  await second;
  expect(portions.map(({ length }) => length)).toEqual([1, 3]);
  expect(warnings).toEqual([{ lost: 7 }]);
});
