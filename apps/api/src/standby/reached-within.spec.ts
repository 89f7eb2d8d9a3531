import { describe, expect, it } from 'vitest';
import { PositionWaiters } from '../projection/position-waiters.js';
import { reachedWithin } from './reached-within.js';

/** Reads that show position 3. */
function reads() {
  const waiters = new PositionWaiters();
  const waitFor = (position: number, signal?: AbortSignal) => waiters.add(position, signal);
  return { waiters, projection: { position: 3, waitFor } };
}

describe('waiting for a position', () => {
  it('ends at once when it is there', async () => {
    const { waiters, projection } = reads();
    expect(await reachedWithin(projection, 3, 10_000)).toBe(true);
    expect(waiters.count).toBe(0);
  });

  it('ends when it is reached', async () => {
    const { waiters, projection } = reads();
    const [fourth, fifth] = [reachedWithin(projection, 4, 10_000), reachedWithin(projection, 5, 10_000)];
    waiters.release(4);
    expect(await fourth).toBe(true);
    expect(waiters.count).toBe(1);
    waiters.fail(new Error('stopped'));
    expect(await fifth).toBe(false);
  });

  it('leaves nobody behind when it takes too long', async () => {
    const { waiters, projection } = reads();
    expect(await reachedWithin(projection, 4, 5)).toBe(false);
    expect(waiters.count).toBe(0);
    await expect(waiters.add(4, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(waiters.count).toBe(0);
  });
});
