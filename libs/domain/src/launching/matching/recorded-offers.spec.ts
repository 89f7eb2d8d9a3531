import { describe, expect, it } from 'vitest';
import { readRecordedSession, stepsOf } from '../../../../../test/support/recorded-session.js';
import type { Offer } from '../../cluster/mesos-shapes.js';
import { anApp, aWaiting } from '../app.fixture.js';
import { aContext, matchOffers } from './match-context.fixture.js';

function recordedOffers(): Offer[] {
  const events = stepsOf(readRecordedSession('scheduler-session'), 'event').map(({ json }) => json);
  const offers = events.filter(({ type }) => type === 'OFFERS') as unknown as OffersEvent[];
  return offers.flatMap((event) => event.offers.offers);
}

interface OffersEvent {
  readonly offers: { readonly offers: readonly Offer[] };
}

describe('offers recorded from a real master', () => {
  it('are matched, and what is taken has the shape of what was offered', () => {
    const offers = recordedOffers();
    expect(offers.length).toBeGreaterThan(0);
    const app = anApp({ cpus: 0.5, mem: 64, disk: 10, portDefinitions: [{ port: 10_000, protocol: 'tcp' }] });
    for (const offer of offers) {
      const waiting = [{ appId: app.id, targetInstances: 1, candidates: [aWaiting(app, 1)] }];
      const launch = matchOffers([offer], aContext({ waiting })).accepts[0]!.launches[0]!;
      expect(launch.agent).toEqual({
        host: offer.hostname,
        agentId: offer.agent_id.value,
        attributes: offer.attributes ?? [],
      });
      expect(launch.resources.map(({ name }) => name)).toEqual(['cpus', 'mem', 'disk', 'ports']);
      for (const resource of launch.resources) {
        const {
          scalar: _,
          ranges: __,
          ...offered
        } = offer.resources!.find(({ name }) => name === resource.name)!;
        expect(resource).toMatchObject(offered);
      }
    }
  });
});
