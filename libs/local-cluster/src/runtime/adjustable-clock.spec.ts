import { beforeEach, expect, it } from 'vitest';
import { AdjustableClock } from './adjustable-clock.js';
import { ManualClock } from './manual-clock.fixture.js';

let host: ManualClock;
let clock: AdjustableClock;
let rung: string[];

beforeEach(() => {
  host = new ManualClock(1_000);
  clock = new AdjustableClock(host);
  rung = [];
});

const alarm = (delayMs: number, name: string) => clock.schedule(delayMs, () => rung.push(name));

it('goes like its base at first, and rings in order', () => {
  alarm(20, 'b');
  alarm(10, 'a');
  alarm(20, 'c');
  alarm(15, 'never').cancel();
  host.advance(9);
  expect([clock.nowMs(), rung]).toEqual([1_009, []]);
  host.advance(20);
  expect(rung).toEqual(['a', 'b', 'c']);
});

it('goes faster, what is pending included', () => {
  alarm(1_000, 'a');
  host.advance(500);
  clock.setMode({ kind: 'scaled', scale: 10 });
  host.advance(49);
  expect(rung).toEqual([]);
  host.advance(1);
  expect([clock.nowMs(), rung, clock.rate]).toEqual([2_000, ['a'], 10]);
});

it('stands still until it is moved, and goes on from there', async () => {
  clock.setMode({ kind: 'virtual' });
  alarm(1_000, 'a');
  const times: number[] = [];
  clock.schedule(500, () => {
    times.push(clock.nowMs());
    alarm(100, 'inner');
  });
  host.advance(60_000);
  expect([clock.nowMs(), rung]).toEqual([1_000, []]);
  await clock.advance(700);
  expect([clock.nowMs(), rung, times]).toEqual([1_700, ['inner'], [1_500]]);
  clock.setMode({ kind: 'real' });
  host.advance(300);
  expect([clock.nowMs(), rung]).toEqual([2_000, ['inner', 'a']]);
});
