import { describe, expect, it } from 'vitest';
import { TouchedApps } from './touched-apps.js';
import type { Cause } from './turn.js';

const cause = (correlationId: string): Cause => ({
  actor: { kind: 'system' },
  correlationId,
  causationId: null,
});

function taken(touched: TouchedApps, count = Infinity): string[] {
  const found: string[] = [];
  while (found.length < count) {
    const touch = touched.take();
    if (touch === undefined) break;
    found.push(touch.appId);
  }
  return found;
}

function touchedBy(appIds: readonly string[], touched = new TouchedApps()): TouchedApps {
  for (const appId of appIds) touched.add(appId, cause('c'));
  return touched;
}

describe('touched apps', () => {
  it('come in the order in which they were touched first, each once, with the last cause', () => {
    const touched = touchedBy(['/a', '/b']);
    touched.add('/a', cause('later'));
    expect(touched.take()).toEqual({ appId: '/a', cause: cause('later') });
    touched.add('/a', cause('again'));
    expect(taken(touched)).toEqual(['/b', '/a']);
    expect(touched.isDone).toBe(true);
  });

  it('of this turn come before those that former turns had no time for', () => {
    const touched = touchedBy(['/a', '/b', '/c']);
    expect(taken(touched, 1)).toEqual(['/a']);
    touched.postpone();
    touchedBy(['/x', '/c'], touched);
    expect(taken(touched, 1)).toEqual(['/x']);
    touched.postpone();
    expect(taken(touchedBy(['/y'], touched))).toEqual(['/y', '/b', '/c']);
  });

  it('come before those of a sweep, which is read only when nothing else is left', () => {
    const stored = ['/a'];
    const touched = touchedBy(['/z']);
    touched.addAll(stored, cause('sweep'));
    expect(taken(touched, 1)).toEqual(['/z']);
    expect(touched.isDone).toBe(false);
    stored.push('/b');
    expect(taken(touched)).toEqual(['/a', '/b']);
    expect(touched.isDone).toBe(true);
  });

  it('are found in a time that does not grow with how many were found before', () => {
    const touched = touchedBy(Array.from({ length: 200_000 }, (_, index) => `/app-${index}`));
    const startedMs = performance.now();
    expect(taken(touched)).toHaveLength(200_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});
