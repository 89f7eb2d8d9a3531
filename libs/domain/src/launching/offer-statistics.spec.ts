import { describe, expect, it } from 'vitest';
import { anOffer, ports, scalar, text } from './app.fixture.js';
import { NO_MATCH_REASONS, reasonSet, type NoMatchReason } from './matching/no-match-reason.js';
import { OfferStatistics, REMEMBERED_AGENTS, type RejectSummary } from './offer-statistics.js';

const APP = '/shop/db';

function unused(agent: string | number, reasons: readonly NoMatchReason[], atMs = 1000) {
  const offer = anOffer(agent);
  return { snapshot: { offer, resources: offer.resources ?? [] }, reasons: reasonSet(...reasons), atMs };
}

function rows(summary: readonly RejectSummary[]): Record<string, string> {
  return Object.fromEntries(
    summary
      .filter(({ declined }) => declined > 0)
      .map(({ reason, declined, processed }) => [reason, `${declined}/${processed}`]),
  );
}

describe('OfferStatistics', () => {
  it('counts every unused offer once, under its earliest reason, and passes on the rest', () => {
    const statistics = new OfferStatistics();
    statistics.recordUsed(APP, 500);
    statistics.recordUnused(APP, unused(1, ['InsufficientMemory', 'InsufficientCpus']));
    statistics.recordUnused(APP, unused(1, ['UnfulfilledConstraint', 'AgentMaintenance']));
    statistics.recordUnused(APP, unused(2, ['InsufficientPorts'], 2000));
    statistics.recordUnused(APP, unused(3, [], 3000));
    const summary = statistics.summaryOf(APP);
    expect(summary).toMatchObject({
      processedOffersCount: 5,
      unusedOffersCount: 4,
      lastUsedOfferAt: '1970-01-01T00:00:00.500Z',
      lastUnusedOfferAt: '1970-01-01T00:00:03.000Z',
    });
    expect(summary.rejectSummaryLaunchAttempt.map(({ reason }) => reason)).toEqual(NO_MATCH_REASONS);
    expect(rows(summary.rejectSummaryLaunchAttempt)).toEqual({
      UnfulfilledConstraint: '1/5',
      InsufficientCpus: '1/4',
      InsufficientPorts: '1/3',
    });
    expect(rows(summary.rejectSummaryLastOffers)).toEqual({
      UnfulfilledConstraint: '1/3',
      InsufficientPorts: '1/2',
    });
  });

  it('shows the latest unused offer of each agent with all its reasons', () => {
    const statistics = new OfferStatistics();
    statistics.recordUnused(APP, unused(1, ['InsufficientCpus']));
    const offer = anOffer(1, {
      id: { value: 'O9' },
      resources: [ports([[1, 2]]), scalar('cpus', 0.5, { reservations: [{ role: 'dev' }] })],
      attributes: [text('rack', 'a'), { name: 'n', type: 'SCALAR', scalar: { value: 2 } }],
    });
    const snapshot = { offer, resources: offer.resources ?? [] };
    statistics.recordUnused(APP, {
      snapshot,
      reasons: reasonSet('InsufficientMemory', 'UnfulfilledConstraint'),
      atMs: 2000,
    });
    expect(statistics.lastUnusedOffersOf(APP)).toEqual([
      {
        offer: {
          id: 'O9',
          hostname: 'host-1',
          agentId: 'S1',
          resources: [
            { name: 'ports', role: '*', ranges: [{ begin: 1, end: 2 }] },
            { name: 'cpus', role: 'dev', scalar: 0.5 },
          ],
          attributes: [
            { name: 'rack', text: 'a' },
            { name: 'n', scalar: 2 },
          ],
        },
        reason: ['UnfulfilledConstraint', 'InsufficientMemory'],
        timestamp: '1970-01-01T00:00:02.000Z',
      },
    ]);
  });

  it('is empty for an app that was never asked or is forgotten', () => {
    const statistics = new OfferStatistics();
    statistics.recordUsed(APP, 1);
    statistics.forget(APP);
    const { processedOffersCount, lastUsedOfferAt, rejectSummaryLastOffers } = statistics.summaryOf(APP);
    expect([processedOffersCount, lastUsedOfferAt, rejectSummaryLastOffers.length]).toEqual([
      0,
      undefined,
      10,
    ]);
    expect(statistics.lastUnusedOffersOf(APP)).toEqual([]);
  });

  it('remembers a bounded number of agents, those seen last', () => {
    const statistics = new OfferStatistics();
    for (let agent = 0; agent <= REMEMBERED_AGENTS; agent += 1) {
      statistics.recordUnused(APP, unused(agent, ['InsufficientCpus']));
      statistics.recordUnused(APP, unused(0, ['InsufficientCpus']));
    }
    const agents = statistics.lastUnusedOffersOf(APP).map(({ offer }) => offer.agentId);
    expect(agents).toHaveLength(REMEMBERED_AGENTS);
    expect(agents).toContain('S0');
    expect(agents).not.toContain('S1');
  });

  it('remembers fewer agents for each of very many apps', () => {
    const statistics = new OfferStatistics();
    for (let app = 0; app < 1000; app += 1)
      statistics.recordUnused(`/app-${app}`, unused(0, ['InsufficientCpus']));
    for (let agent = 0; agent < 500; agent += 1)
      statistics.recordUnused(APP, unused(agent, ['InsufficientCpus']));
    expect(statistics.lastUnusedOffersOf(APP)).toHaveLength(199);
    expect(statistics.summaryOf(APP).processedOffersCount).toBe(500);
  });
});
