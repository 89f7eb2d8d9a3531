import { describe, expect, it } from 'vitest';
import { LaunchTokens } from './launch-tokens.js';

describe('LaunchTokens', () => {
  it('starts full, is spent, and is set to the full amount at every interval', () => {
    const tokens = new LaunchTokens(100, 30_000, 1_000);
    tokens.spend(100);
    expect(tokens.available).toBe(0);
    expect(tokens.refresh(30_999)).toBe(false);
    expect(tokens.refresh(31_000)).toBe(true);
    expect(tokens.available).toBe(100);
    expect(tokens.nextRefreshAtMs).toBe(61_000);
  });

  it('earns one per running instance, also beyond the full amount until the next refresh', () => {
    const tokens = new LaunchTokens(1, 30_000, 0);
    tokens.earn();
    expect(tokens.available).toBe(2);
    tokens.refresh(30_000);
    expect(tokens.available).toBe(1);
  });

  it('cannot be overdrawn', () => {
    expect(() => new LaunchTokens(1, 30_000, 0).spend(2)).toThrow(RangeError);
  });
});
