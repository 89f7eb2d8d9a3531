import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from './within.js';

describe('a limit of time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('leaves no timer behind', async () => {
    expect(await within(1000, Promise.resolve('soon'), 'late')).toBe('soon');
    await expect(within(1000, Promise.reject(new Error('broken')), 'late')).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBe(0);
    const late = within(1000, new Promise(() => undefined), 'late');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await late).toBe('late');
    expect(vi.getTimerCount()).toBe(0);
  });
});
