import { describe, expect, it } from 'vitest';
import type { Instance } from '../instances/instance.js';
import { InstanceIndex } from '../state/instance-index.js';
import { anApp, aRunning, aWaiting } from './app.fixture.js';
import { BackoffBook } from './backoff.js';
import { OfferDemand } from './offer-demand.js';

const app = anApp({ role: 'dev' });

function aDemand() {
  const instances = new InstanceIndex();
  const backoff = new BackoffBook();
  const demand = new OfferDemand(backoff);
  const ofDev = (nowMs = 0) => demand.byRole(instances.waiting, nowMs).get('dev');
  return { instances, backoff, demand, ofDev };
}

describe('OfferDemand', () => {
  it('wants offers for a role while an instance of it waits, and never forgets the role', () => {
    const { instances, demand, ofDev } = aDemand();
    const failed: Instance = { ...aRunning(app, 'a'), condition: 'Failed' };
    demand.learnRole('dev');
    expect(ofDev()).toEqual({ wanted: false, highestVersion: 0 });
    instances.put(aWaiting(app, 'a'));
    expect(ofDev()).toEqual({ wanted: true, highestVersion: 1 });
    instances.put(aRunning(app, 'a'));
    expect(ofDev()?.wanted).toBe(false);
    instances.put(failed);
    expect(ofDev()).toEqual({ wanted: true, highestVersion: 2 });
    instances.remove(failed.id);
    expect(ofDev()?.wanted).toBe(false);
  });

  it('has a newer need only when another instance starts to wait', () => {
    const { instances, ofDev } = aDemand();
    const [a, b] = [aWaiting(app, 'a'), aWaiting(app, 'b')];
    instances.put(a);
    instances.put({ ...a, deploymentId: 'd' });
    expect(ofDev()?.highestVersion).toBe(1);
    instances.put(b);
    expect(ofDev()?.highestVersion).toBe(2);
    instances.remove(a.id);
    expect(ofDev()?.highestVersion).toBe(2);
  });

  it('waits for a back-off to end, which makes the need a new one', () => {
    const { instances, backoff, demand, ofDev } = aDemand();
    backoff.recordFailure(app, 1000);
    demand.learnRole('dev');
    instances.put(aWaiting(app, 'a'));
    expect(ofDev(1500)?.wanted).toBe(false);
    expect(demand.nextReleaseAtMs(1500)).toBe(2000);
    expect(ofDev(2000)).toEqual({ wanted: true, highestVersion: 2 });
    expect(demand.nextReleaseAtMs(2000)).toBeUndefined();
    expect(ofDev(2001)?.highestVersion).toBe(2);
  });

  it('looks at configurations one by one', () => {
    const { instances, backoff, ofDev } = aDemand();
    backoff.recordFailure(app, 0);
    instances.put(aWaiting(app, 'a'));
    instances.put(aWaiting(anApp({ id: '/other', role: 'dev' }), 'b'));
    expect(ofDev(10)).toEqual({ wanted: true, highestVersion: 2 });
  });
});
