import type { Configuration, SettingsReport } from '#configuration';

/**
 * Defaults of Marathon that spread load over a large cluster only slow down a single machine: there, offers come
 * from one place and cost nothing. They change only where nobody set the flag.
 */
const LOCAL_DEFAULTS = {
  max_instances_per_offer: { maxInstancesPerOffer: 100 },
  min_revive_offers_interval: { minReviveOffersIntervalMs: 250 },
} as const;

/** How often the embedded master makes offers; the reference's second is meant for thousands of agents. */
export const LOCAL_ALLOCATION_INTERVAL_MS = 100;

/** The configuration with defaults that suit where the tasks run. */
export function withLocalDefaults(configuration: Configuration, settings: SettingsReport): Configuration {
  if (configuration.master.kind !== 'local') return configuration;
  const changes = Object.entries(LOCAL_DEFAULTS)
    .filter(([flag]) => settings[flag]?.source === 'default')
    .map(([, change]) => change);
  return Object.assign({}, configuration, ...changes) as Configuration;
}
