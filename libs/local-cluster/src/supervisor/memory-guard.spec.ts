import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryGuard } from './memory-guard.js';

let used: Record<number, number>;
let guard: MemoryGuard;
const told: [pid: number, usedBytes: number][] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  used = {};
  told.length = 0;
  guard = new MemoryGuard((pid) => used[pid] ?? 0);
  for (const pid of [1, 2]) guard.watch(pid, 100, (usedBytes) => told.push([pid, usedBytes]));
});
afterEach(() => void vi.useRealTimers());

const sample = (usages: Record<number, number>): void => {
  used = usages;
  vi.advanceTimersByTime(1_000);
};

it('tells once when two samples in a row are above the limit', () => {
  sample({ 1: 101, 2: 101 });
  sample({ 1: 102, 2: 100 });
  expect(told).toEqual([[1, 102]]);
  sample({ 1: 103, 2: 101 });
  sample({ 1: 103, 2: 101 });
  expect(told).toEqual([
    [1, 102],
    [2, 101],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('says nothing of a process that has ended', () => {
  sample({ 1: 200, 2: 200 });
  guard.release(1);
  guard.release(2);
  expect(vi.getTimerCount()).toBe(0);
  sample({ 1: 200, 2: 200 });
  expect(told).toEqual([]);
});
