import { loadConfiguration, type Configuration } from '#configuration';
import { describe, expect, it } from 'vitest';
import { effectiveConfiguration } from './effective-configuration.js';

function effective(...argv: string[]): Configuration {
  const loaded = loadConfiguration({ argv, env: {}, readFile: () => '' });
  if (!loaded.ok || loaded.action !== 'start') throw new Error(JSON.stringify(loaded));
  return effectiveConfiguration(loaded.configuration, loaded.settings);
}

describe('the effective configuration', () => {
  it('launches faster on a single machine than Marathon does on a cluster', () => {
    expect(effective()).toMatchObject({
      launchTokens: 1000,
      maxInstancesPerOffer: 100,
      minReviveOffersIntervalMs: 250,
    });
    expect(effective('--master', '10.20.0.11:5050')).toMatchObject({
      launchTokens: 100,
      maxInstancesPerOffer: 5,
      minReviveOffersIntervalMs: 5000,
    });
  });

  it('leaves alone what was asked for', () => {
    expect(effective('--max_instances_per_offer', '7')).toMatchObject({
      launchTokens: 1000,
      maxInstancesPerOffer: 7,
    });
  });

  it('announces the address it listens on when that is reachable from this machine only', () => {
    expect(effective().hostname).toBe('127.0.0.1');
    expect(effective('--http_address', '::1').hostname).toBe('::1');
    expect(effective('--hostname', 'o1.example').hostname).toBe('o1.example');
  });
});
