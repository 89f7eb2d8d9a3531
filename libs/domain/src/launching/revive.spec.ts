import { describe, expect, it } from 'vitest';
import type { RoleDemand } from './offer-demand.js';
import { ReviveSchedule, type ReviveCall } from './revive.js';

function demand(roles: Readonly<Record<string, number>>): Map<string, RoleDemand> {
  return new Map(
    Object.entries(roles).map(([role, version]) => [role, { wanted: version > 0, highestVersion: version }]),
  );
}

function schedule(suppressOffers = true): ReviveSchedule {
  return new ReviveSchedule({ mesosRole: '*', minReviveOffersIntervalMs: 5000, suppressOffers });
}

const update = (roles: readonly string[], suppressedRoles: readonly string[]): ReviveCall => ({
  type: 'UPDATE_FRAMEWORK',
  roles,
  suppressedRoles,
});
const revive = (...roles: string[]): ReviveCall => ({ type: 'REVIVE', roles });

describe('ReviveSchedule', () => {
  it('tells the whole truth when a session begins, and nothing while nothing changes', () => {
    const revives = schedule();
    revives.sessionBegan();
    expect(revives.evaluate(demand({ dev: 1 }), 0)).toEqual([update(['*', 'dev'], ['*'])]);
    expect(revives.evaluate(demand({ dev: 1 }), 1)).toEqual([]);
    revives.sessionBegan();
    expect(revives.evaluate(demand({}), 2)).toEqual([update(['*', 'dev'], ['*', 'dev'])]);
  });

  it('asks at once for the first need after a quiet time', () => {
    const revives = schedule();
    expect(revives.evaluate(demand({}), 0)).toEqual([update(['*'], ['*'])]);
    expect(revives.evaluate(demand({ '*': 1 }), 10)).toEqual([update(['*'], [])]);
  });

  it('suppresses only after the interval, and that delays no later need', () => {
    const revives = schedule();
    revives.evaluate(demand({ '*': 1 }), 0);
    expect(revives.evaluate(demand({ '*': 0 }), 200)).toEqual([]);
    expect(revives.nextWakeUpMs).toBe(5000);
    expect(revives.evaluate(demand({ '*': 0 }), 5000)).toEqual([update(['*'], ['*'])]);
    expect(revives.evaluate(demand({ '*': 2 }), 5100)).toEqual([update(['*'], [])]);
  });

  it('tells the latest state only, at most once per interval', () => {
    const revives = schedule();
    revives.evaluate(demand({ '*': 1 }), 0);
    expect(revives.evaluate(demand({ '*': 2 }), 1000)).toEqual([]);
    expect(revives.evaluate(demand({ '*': 3 }), 4999)).toEqual([]);
    expect(revives.evaluate(demand({ '*': 3 }), 5000)).toEqual([revive('*')]);
    expect(revives.evaluate(demand({ '*': 3 }), 5001)).toEqual([]);
  });

  it('forgets an intermediate need that is gone in time', () => {
    const revives = schedule();
    revives.evaluate(demand({ '*': 1, dev: 0 }), 0);
    revives.evaluate(demand({ '*': 1, dev: 2 }), 1000);
    expect(revives.evaluate(demand({ '*': 1, dev: 0 }), 2000)).toEqual([]);
    expect(revives.nextWakeUpMs).toBe(10_000);
  });

  it('revives once more two intervals later, if the role is still wanted', () => {
    const revives = schedule();
    revives.evaluate(demand({ '*': 1 }), 0);
    expect(revives.nextWakeUpMs).toBe(10_000);
    expect(revives.evaluate(demand({ '*': 1 }), 9999)).toEqual([]);
    expect(revives.evaluate(demand({ '*': 1 }), 10_000)).toEqual([revive('*')]);
    expect(revives.nextWakeUpMs).toBeUndefined();

    revives.evaluate(demand({ '*': 2 }), 20_000);
    revives.evaluate(demand({ '*': 0 }), 25_000);
    expect(revives.evaluate(demand({ '*': 0 }), 30_000)).toEqual([]);
  });

  it('handles each role by itself', () => {
    const revives = schedule();
    revives.evaluate(demand({ '*': 1, dev: 2 }), 0);
    expect(revives.evaluate(demand({ '*': 3, dev: 2, new: 4 }), 5000)).toEqual([
      update(['*', 'dev', 'new'], []),
      revive('*'),
    ]);
  });

  it('without suppression revives what is newly wanted, and names roles only when they change', () => {
    const revives = schedule(false);
    expect(revives.evaluate(demand({ '*': 1 }), 0)).toEqual([update(['*'], []), revive('*')]);
    expect(revives.evaluate(demand({ '*': 0 }), 5000)).toEqual([]);
    expect(revives.evaluate(demand({ '*': 1 }), 5001)).toEqual([revive('*')]);
    expect(revives.evaluate(demand({ '*': 1, dev: 0 }), 11_000)).toEqual([update(['*', 'dev'], [])]);
  });
});
