import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeBatch } from './encode.js';
import { newEvent } from '../events.fixture.js';
import { GroupCommit } from './group-commit.js';
import type { Grouping } from './log-store.js';

/** Sizes of the groups in which single events were committed that came a moment after each other. */
async function groupsOf(count: number, grouping?: Grouping): Promise<number[]> {
  const sizes: number[] = [];
  const commits = new GroupCommit(async (group) => {
    sizes.push(group.length);
    for (const { resolve } of group) resolve({ first: 1, last: 1 });
  }, grouping);
  const appends: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const events = [newEvent()];
    appends.push(commits.append(encodeBatch(events), events, 1));
    // One to let the flush of the last append begin, one to be later than that.
    await nextTurn();
    await nextTurn();
  }
  await Promise.all(appends);
  return sizes;
}

describe('appends that come a moment after each other', () => {
  it('are committed one by one where a commit is cheap', async () => {
    expect((await groupsOf(3)).length).toBeGreaterThan(1);
  });

  it('are committed together where the store is patient', async () => {
    expect(await groupsOf(3, { maxEvents: 100, quietMs: 200, patienceMs: () => 10_000 })).toEqual([3]);
  });

  it('are not more than the store wants', async () => {
    expect(await groupsOf(3, { maxEvents: 2, quietMs: 200, patienceMs: () => 10_000 })).toEqual([2, 1]);
  });
});
