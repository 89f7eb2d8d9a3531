import { userInfo } from 'node:os';
import type { Configuration } from '#configuration';
import type { FrameworkInfo } from '#mesos';

/** How Ekiden presents itself to the master (`spec/scheduling.md` §8.3). */
export function frameworkInfo(configuration: Configuration, roles: readonly string[]): FrameworkInfo {
  const { mesosAuthenticationPrincipal: principal, hostname } = configuration;
  return {
    user: configuration.mesosUser ?? userInfo().username,
    name: configuration.frameworkName,
    roles: [...roles],
    failover_timeout: configuration.failoverTimeoutSeconds,
    checkpoint: configuration.checkpoint,
    hostname,
    webui_url: configuration.webuiUrl ?? ownUrl(configuration),
    ...(principal === undefined ? {} : { principal }),
    capabilities: capabilities(configuration),
  };
}

/** Where people find the UI: over TLS wherever that is to be had (`spec/operations.md` §9.2). */
function ownUrl({ hostname, httpPort, httpsPort, tlsCert, sslKeystorePath }: Configuration): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  const hasTls = tlsCert !== undefined || sslKeystorePath !== undefined;
  return hasTls ? `https://${host}:${httpsPort}` : `http://${host}:${httpPort}`;
}

function capabilities({ enableFeatures }: Configuration): NonNullable<FrameworkInfo['capabilities']> {
  const types = [
    'PARTITION_AWARE',
    'REGION_AWARE',
    'MULTI_ROLE',
    'RESERVATION_REFINEMENT',
    'TASK_KILLING_STATE',
  ] as const;
  const gpus = enableFeatures.includes('gpu_resources') ? (['GPU_RESOURCES'] as const) : [];
  return [...types, ...gpus].map((type) => ({ type }));
}
