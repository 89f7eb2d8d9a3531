import type { DomainInfo } from '#mesos';

/** Options of the master (spec/local-cluster.md §3.1). */
export interface MasterOptions {
  readonly ip: string;
  /** 0: any free port. */
  readonly port: number;
  readonly hostname: string | undefined;
  /** Name in `/state`. */
  readonly cluster: string;
  /** Holds the registry. */
  readonly workDir: string;
  /** Whitelist of roles; undefined allows any. */
  readonly roles: readonly string[] | undefined;
  readonly allocationIntervalMs: number;
  readonly offerTimeoutMs: number | undefined;
  /** Alternatives separated by `|`, quantities by `;`: `cpus:0.01|mem:32`. */
  readonly minAllocatableResources: string;
  readonly filterGpuResources: boolean;
  readonly agentPingTimeoutMs: number;
  readonly maxAgentPingTimeouts: number;
  readonly agentReregisterTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  readonly registryMaxAgentAgeMs: number;
  readonly registryMaxAgentCount: number;
  readonly registryGcIntervalMs: number;
  readonly rootSubmissions: boolean;
  readonly authenticateHttpFrameworks: boolean;
  /** For every endpoint but the scheduler's. */
  readonly authenticateHttpReadonly: boolean;
  readonly credentials: readonly Credential[];
  readonly domain: DomainInfo | undefined;
  readonly maxStreamBufferBytes: number;
  readonly maxRequestBytes: number;
  /** Reference version the cluster claims (§7.4). */
  readonly version: string;
}

export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MEBIBYTE = 1024 * 1024;

const DEFAULTS: Omit<MasterOptions, 'workDir'> = {
  ip: '127.0.0.1',
  port: 5050,
  hostname: undefined,
  cluster: 'local',
  roles: undefined,
  allocationIntervalMs: SECOND_MS,
  offerTimeoutMs: undefined,
  minAllocatableResources: 'cpus:0.01|mem:32',
  filterGpuResources: true,
  agentPingTimeoutMs: 15 * SECOND_MS,
  maxAgentPingTimeouts: 5,
  agentReregisterTimeoutMs: 10 * MINUTE_MS,
  heartbeatIntervalMs: 15 * SECOND_MS,
  maxCompletedFrameworks: 50,
  maxCompletedTasksPerFramework: 1000,
  maxUnreachableTasksPerFramework: 1000,
  registryMaxAgentAgeMs: 14 * DAY_MS,
  registryMaxAgentCount: 102_400,
  registryGcIntervalMs: 15 * MINUTE_MS,
  rootSubmissions: true,
  authenticateHttpFrameworks: false,
  authenticateHttpReadonly: false,
  credentials: [],
  domain: undefined,
  maxStreamBufferBytes: 256 * MEBIBYTE,
  maxRequestBytes: 64 * MEBIBYTE,
  version: '1.12.0',
};

/** The given options on top of the defaults; members given as undefined take the default too. */
export function resolveMasterOptions(given: Partial<MasterOptions> & { workDir: string }): MasterOptions {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...set, workDir: given.workDir };
}
