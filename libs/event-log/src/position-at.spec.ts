import { assert as assertProperty, array, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newEvent } from './events.fixture.js';
import { createMemoryEventLog } from './memory/memory-event-log.js';
import { positionAt } from './position-at.js';

describe('the position at a time', () => {
  it('is that of the last event that had happened by then', async () => {
    const steps = array(integer({ min: 0, max: 3 }), { maxLength: 30 });
    await assertProperty(
      asyncProperty(steps, integer({ min: -2, max: 60 }), async (stepsMs, sinceMs) => {
        let time = 1000;
        const times = stepsMs.map((step) => (time += step));
        const { log } = createMemoryEventLog();
        const epoch = await log.claimEpoch();
        for (const at of times) await log.append([{ ...newEvent(), time: at }], epoch);
        const expected = times.filter((at) => at <= 1000 + sinceMs).length;
        expect(await positionAt(log, 1000 + sinceMs)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });
});
