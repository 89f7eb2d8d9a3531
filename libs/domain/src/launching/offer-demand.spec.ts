import { describe, expect, it } from 'vitest';
import type { Instance } from '../instances/instance.js';
import { anApp, aRunning, aWaiting } from './app.fixture.js';
import { BackoffBook } from './backoff.js';
import { OfferDemand } from './offer-demand.js';

const app = anApp({ role: 'dev' });

describe('OfferDemand', () => {
  it('wants offers for a role while an instance of it waits, and never forgets the role', () => {
    const demand = new OfferDemand();
    const backoff = new BackoffBook();
    const failed: Instance = { ...aRunning(app, 'a'), condition: 'Failed' };
    demand.observe(undefined, aWaiting(app, 'a'));
    expect(demand.byRole(backoff, 0).get('dev')).toEqual({ wanted: true, highestVersion: 1 });
    demand.observe(aWaiting(app, 'a'), aRunning(app, 'a'));
    expect(demand.byRole(backoff, 0).get('dev')?.wanted).toBe(false);
    demand.observe(aRunning(app, 'a'), failed);
    expect(demand.byRole(backoff, 0).get('dev')).toEqual({ wanted: true, highestVersion: 2 });
    demand.observe(failed, undefined);
    expect(demand.byRole(backoff, 0).get('dev')?.wanted).toBe(false);
  });

  it('has a newer need only when another instance starts to wait', () => {
    const demand = new OfferDemand();
    const backoff = new BackoffBook();
    const [a, b] = [aWaiting(app, 'a'), aWaiting(app, 'b')];
    demand.observe(undefined, a);
    demand.observe(a, { ...a, deploymentId: 'd' });
    expect(demand.byRole(backoff, 0).get('dev')?.highestVersion).toBe(1);
    demand.observe(undefined, b);
    expect(demand.byRole(backoff, 0).get('dev')?.highestVersion).toBe(2);
  });

  it('waits for a back-off to end, which makes the need a new one', () => {
    const demand = new OfferDemand();
    const backoff = new BackoffBook();
    backoff.recordFailure(app, 1000);
    const a = aWaiting(app, 'a');
    demand.observe(undefined, a);
    expect(demand.byRole(backoff, 1500).get('dev')?.wanted).toBe(false);
    expect(demand.nextReleaseAtMs(backoff, 1500)).toBe(2000);
    expect(demand.byRole(backoff, 2000).get('dev')).toEqual({ wanted: true, highestVersion: 2 });
    expect(demand.nextReleaseAtMs(backoff, 2000)).toBeUndefined();
    expect(demand.byRole(backoff, 2001).get('dev')?.highestVersion).toBe(2);
  });

  it('looks at configurations one by one', () => {
    const demand = new OfferDemand();
    const backoff = new BackoffBook();
    const other = anApp({ id: '/other', role: 'dev' });
    backoff.recordFailure(app, 0);
    demand.observe(undefined, aWaiting(app, 'a'));
    demand.observe(undefined, aWaiting(other, 'b'));
    expect(demand.byRole(backoff, 10).get('dev')).toEqual({ wanted: true, highestVersion: 2 });
  });
});
