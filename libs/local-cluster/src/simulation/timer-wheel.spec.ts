import { array, assert, integer, property, tuple } from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.fixture.js';
import { TICK_MS, TimerWheel, WheelAlarm } from './timer-wheel.js';

let clock: ManualClock;
let wheel: TimerWheel;
let rung: string[];

class Bell extends WheelAlarm {
  constructor(
    readonly name: string,
    private readonly whenRung: () => void = () => undefined,
  ) {
    super();
  }

  override ring(): void {
    rung.push(this.name);
    this.whenRung();
  }
}

beforeEach(() => {
  clock = new ManualClock();
  wheel = new TimerWheel(clock);
  rung = [];
});

it('rings in order of time, then of setting', () => {
  wheel.set(new Bell('c'), 30);
  wheel.set(new Bell('a'), 10);
  wheel.set(new Bell('b'), 10);
  clock.advance(9);
  expect(rung).toEqual([]);
  clock.advance(21);
  expect(rung).toEqual(['a', 'b', 'c']);
  expect(wheel.size).toBe(0);
});

it('forgets what is cancelled, and moves what is set again', () => {
  const [first, second] = [new Bell('first'), new Bell('second')];
  wheel.set(first, 50);
  wheel.set(second, 50);
  wheel.cancel(first);
  wheel.cancel(first);
  wheel.set(second, 5_000);
  clock.advance(4_000);
  expect([rung, wheel.size]).toEqual([[], 1]);
  clock.advance(1_000);
  expect(rung).toEqual(['second']);
});

it('lets an alarm set others, itself included', () => {
  let left = 3;
  const bell: Bell = new Bell('again', () => {
    left -= 1;
    if (left > 0) wheel.set(bell, 0);
  });
  wheel.set(bell, 0);
  clock.advance(100);
  expect(rung).toEqual(['again', 'again', 'again']);
});

it('rings a great many alarms in several turns, in their order, and none of them twice', () => {
  const turns = vi.spyOn(clock, 'schedule');
  const names = Array.from({ length: 2_000 }, (_, place) => String(place));
  for (const name of names) wheel.set(new Bell(name), 10);
  let isEarly: boolean | undefined;
  wheel.set(new Bell('last', () => (isEarly = rung.length < names.length)), 11);
  clock.advance(20);
  expect(rung).toEqual([...names, 'last']);
  expect(isEarly).toBe(false);
  expect(turns.mock.calls.filter(([delayMs]) => delayMs === 0)).toHaveLength(3);
  expect(wheel.size).toBe(0);
});

it('does not take turns while time stands still', () => {
  const still = Object.assign(new ManualClock(), { rate: 0 });
  const tested = new TimerWheel(still);
  for (let place = 0; place < 2_000; place += 1) tested.set(new Bell('x'), 10);
  const turns = vi.spyOn(still, 'schedule');
  still.advance(10);
  expect([rung.length, turns.mock.calls.length]).toEqual([2_000, 0]);
});

it('rings after a long silence, however far the next alarm is', () => {
  clock.advance(3 * 86_400_000);
  wheel.set(new Bell('soon'), 20);
  wheel.set(new Bell('in a week'), 7 * 86_400_000);
  clock.advance(20);
  expect(rung).toEqual(['soon']);
  clock.advance(7 * 86_400_000);
  expect(rung).toEqual(['soon', 'in a week']);
});

it('is never early, and late by a tick at most', () => {
  assert(
    property(
      array(tuple(integer({ min: 0, max: 2_000_000 }), integer({ min: 0, max: 5_000 })), {
        maxLength: 40,
      }),
      (alarms) => {
        const time = new ManualClock();
        const tested = new TimerWheel(time);
        const late: number[] = [];
        rung = [];
        for (const [delayMs, pauseMs] of alarms) {
          const dueMs = time.nowMs() + delayMs;
          tested.set(new Bell('x', () => late.push(time.nowMs() - dueMs)), delayMs);
          time.advance(pauseMs);
        }
        time.advance(2_100_000);
        expect(late).toHaveLength(alarms.length);
        for (const ms of late) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(2 * TICK_MS);
        }
      },
    ),
    { numRuns: 50 },
  );
});
