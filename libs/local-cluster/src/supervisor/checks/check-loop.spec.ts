import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckLoop, type CheckOutcome } from './check-loop.js';
import { checkOf, shell } from './checked-container.fixture.js';

const endless = (): Promise<never> => new Promise(() => undefined);

describe('CheckLoop', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('waits for no probe beyond its time, even for one that never ends', async () => {
    const outcomes: CheckOutcome[] = [];
    const loop = new CheckLoop(
      checkOf(shell('true'), { timeoutMs: 2_000, intervalMs: 1_000 }),
      endless,
      (outcome) => {
        outcomes.push(outcome);
        return Promise.resolve();
      },
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(5_500);
    loop.stop();
    const late = { result: {}, complaint: 'timed out after 2secs' };
    expect(outcomes).toEqual([late, late]);
  });
});
