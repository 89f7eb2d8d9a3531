import { describe, expect, it } from 'vitest';
import type { ProcessEntry } from './process-table.js';
import { treeOf } from './process-tree.js';

const entry = (pid: number, ppid: number, pgid: number, session: number): ProcessEntry => {
  return { pid, ppid, pgid, session, isZombie: false, startTime: '1' };
};

describe('treeOf', () => {
  const table = [
    entry(1, 0, 1, 1),
    entry(2, 0, 0, 0),
    entry(10, 5, 10, 10),
    entry(11, 10, 10, 10),
    entry(12, 11, 12, 10),
    // Its parent is gone, its session is not.
    entry(13, 1, 12, 10),
    // A session of its own, but a child of a member, with a child in turn.
    entry(14, 11, 14, 14),
    entry(15, 1, 14, 14),
    // Strangers.
    entry(20, 5, 20, 20),
    entry(21, 1, 21, 21),
  ];

  it('follows parents, groups and sessions to the end', () => {
    expect(
      treeOf(table, 10)
        .map(({ pid }) => pid)
        .toSorted((a, b) => a - b),
    ).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('finds what is left of a session whose leader is gone', () => {
    const orphans = table.filter(({ pid }) => pid !== 10 && pid !== 11);
    expect(
      treeOf(orphans, 10)
        .map(({ pid }) => pid)
        .toSorted((a, b) => a - b),
    ).toEqual([12, 13]);
  });

  it('takes no meaning from the numbers of kernel threads and init', () => {
    expect(treeOf([entry(30, 5, 0, 0), entry(31, 2, 0, 0)], 30).map(({ pid }) => pid)).toEqual([30]);
  });
});
