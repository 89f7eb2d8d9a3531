import { isIP } from 'node:net';
import type { Configuration, SettingsReport } from '#configuration';

/**
 * Defaults of Marathon that spread load over a large cluster only slow down a single machine: there, offers come
 * from one place and cost nothing. They change only where nobody set the flag.
 */
const LOCAL_DEFAULTS = {
  launch_tokens: { launchTokens: 1000 },
  max_instances_per_offer: { maxInstancesPerOffer: 100 },
  min_revive_offers_interval: { minReviveOffersIntervalMs: 250 },
} as const;

/** The configuration with the defaults that suit where tasks run and where the API listens. */
export function effectiveConfiguration(
  configuration: Configuration,
  settings: SettingsReport,
): Configuration {
  const isDefault = (flag: string): boolean => settings[flag]?.source === 'default';
  const changes: Partial<Configuration>[] = [];
  if (configuration.master.kind === 'local') {
    for (const [flag, change] of Object.entries(LOCAL_DEFAULTS)) if (isDefault(flag)) changes.push(change);
  }
  // A name that others resolve is of no use while only this machine can connect.
  const { httpAddress, httpsAddress = httpAddress, disableHttp } = configuration;
  const announced = disableHttp ? httpsAddress : httpAddress;
  if (isDefault('hostname') && isLoopback(announced)) {
    changes.push({ hostname: announced });
  }
  return Object.assign({}, configuration, ...changes) as Configuration;
}

function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1';
}
