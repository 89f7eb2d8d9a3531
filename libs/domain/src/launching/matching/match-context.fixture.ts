import { randomFrom } from '../app.fixture.js';
import { OfferStatistics } from '../offer-statistics.js';
import type { MatchContext, MatchingSettings } from './match-context.js';

export const NOW_MS = 1_800_000_000_000;

export const SETTINGS: MatchingSettings = {
  maxInstancesPerOffer: 5,
  declineOfferDurationMs: 120_000,
  acceptedResourceRolesDefaultBehavior: 'any',
  gpuSchedulingBehavior: 'restricted',
  maintenanceMode: true,
  drainingSeconds: 0,
  mesosRole: '*',
  executor: '//cmd',
  mesosBridgeName: 'mesos-bridge',
};

/** A context with plenty of tokens and nothing waiting, apart from what is given. */
export function aContext(
  changes: Partial<MatchContext> = {},
  settings: Partial<MatchingSettings> = {},
): MatchContext {
  return {
    waiting: [],
    placedInstances: () => [],
    enforcesGroupRole: () => false,
    tokens: 1000,
    settings: { ...SETTINGS, ...settings },
    nowMs: NOW_MS,
    random: randomFrom(1),
    statistics: new OfferStatistics(),
    ...changes,
  };
}
