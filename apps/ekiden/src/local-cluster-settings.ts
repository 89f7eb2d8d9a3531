import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Configuration } from '#configuration';
import type { ClusterSettings, NamedNetworks } from '#local-cluster';

/** How often the local master makes offers; the reference's second is meant for thousands of agents. */
const ALLOCATION_INTERVAL_MS = 100;

/** How often each processor of the machine is offered to tasks of the local cluster. */
const OFFERED_PER_CPU = 4;

/** What `--master local` or `--master sim:` starts (`spec/local-cluster.md` §3); nothing with masters elsewhere. */
export function localClusterSettings(configuration: Configuration): ClusterSettings | undefined {
  const { master, dataDir } = configuration;
  if (master.kind === 'simulated') return simulationSettings(dataDir, master.text);
  if (master.kind !== 'local') return undefined;
  const { agents: count, resources, attributes = [], domains = [], port, testApi } = master;
  const { agentPingTimeoutMs, maxAgentPingTimeouts, agentReregisterTimeoutMs } = master;
  const overrides = Array.from({ length: count }, (_, index) => ({
    attributes: attributes[index] ?? attributes[0],
    domain: domainInfo(domains[index] ?? domains[0]),
  }));
  return {
    dataDir: resolve(dataDir),
    master: {
      port: port ?? 0,
      allocationIntervalMs: ALLOCATION_INTERVAL_MS,
      domain: domainInfo(domains[0]),
      agentPingTimeoutMs,
      maxAgentPingTimeouts,
      agentReregisterTimeoutMs,
    },
    testApi,
    agents: {
      count,
      firstPort: 0,
      resources: resources ?? sharedCpus(count),
      overrides,
      networks: engineNetworks(configuration),
    },
  };
}

/** The address says everything about a simulated cluster (`spec/local-cluster.md` §26.1). */
function simulationSettings(dataDir: string, address: string): ClusterSettings {
  return {
    dataDir: resolve(dataDir),
    master: { port: 0, allocationIntervalMs: ALLOCATION_INTERVAL_MS },
    simulation: address,
  };
}

function domainInfo(domain: { region: string; zone: string } | undefined) {
  if (domain === undefined) return undefined;
  return { fault_domain: { region: { name: domain.region }, zone: { name: domain.zone } } };
}

/**
 * What agents of this machine offer when nobody said: everything is detected but the number of processors. A share
 * of a processor is a promise that nothing here enforces, and most services wait most of the time, so each processor
 * is offered several times; otherwise half a dozen small services would fill a laptop.
 */
function sharedCpus(agents: number): string {
  return `cpus:${Math.max(1, Math.floor((availableParallelism() * OFFERED_PER_CPU) / agents))}`;
}

/**
 * The networks that Ekiden itself names for containers outside docker: here the docker engine has them, too, so that
 * an image is reached the same way whichever type of container it runs in.
 */
function engineNetworks({ mesosBridgeName, defaultNetworkName }: Configuration): NamedNetworks {
  return {
    ...(defaultNetworkName === undefined
      ? {}
      : { [defaultNetworkName]: { mode: 'docker', dockerNetwork: defaultNetworkName } }),
    [mesosBridgeName]: { mode: 'docker', dockerNetwork: 'bridge' },
  };
}
