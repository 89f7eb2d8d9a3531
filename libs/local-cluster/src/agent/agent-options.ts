import type { DomainInfo } from '#mesos';
import type { MountMode } from './sandbox/mounts.js';

/** What an operator sets for one agent (spec/local-cluster.md §3.2); everything resolved, durations in ms. */
export interface AgentOptions {
  /** Listen address of the agent's HTTP server; also the address its tasks are reached at. */
  readonly ip: string;
  /** 0: any free port. */
  readonly port: number;
  readonly hostname: string;
  readonly workDir: string;
  /** Text or JSON (C§19.5); what it does not name is detected. */
  readonly resources: string | undefined;
  /** `rack:r7;gen:3` (C§20.1). */
  readonly attributes: string | undefined;
  readonly domain: DomainInfo | undefined;
  /** Role of resources written without one. */
  readonly defaultRole: string;
  /** Share of the machine that is detected: agents on one machine divide it. */
  readonly detectedShare: DetectedShare;
  /** Run tasks as the user they ask for. Needs root. */
  readonly switchUser: boolean;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorReregistrationTimeoutMs: number;
  readonly executorShutdownGracePeriodMs: number;
  readonly executorEnvironmentVariables: Readonly<Record<string, string>>;
  /** Refuse to start on a corrupt checkpoint; otherwise leave the damaged run out. */
  readonly strict: boolean;
  /** What a restart may change; `any` is for tests. */
  readonly reconfigurationPolicy: ReconfigurationPolicy;
  readonly recoveryTimeoutMs: number;
  readonly registrationBackoffFactorMs: number;
  readonly gcDelayMs: number;
  readonly gcDiskHeadroom: number;
  readonly diskWatchIntervalMs: number;
  readonly fetcherCacheDir: string;
  readonly fetcherCacheSizeBytes: number;
  readonly fetcherStallTimeoutMs: number;
  /** Base of relative URIs. */
  readonly frameworksHome: string | undefined;
  readonly hadoopHome: string | undefined;
  readonly maxCompletedExecutorsPerFramework: number;
  readonly httpCommandExecutor: boolean;
  /** Adds `MESOS_TASK_ID` and `MESOS_CONTAINER_ID` to tasks that do not bring them. */
  readonly extraTaskEnvironment: boolean;
  /** Version of the reference that is claimed. */
  readonly version: string;
  readonly containersPerSupervisor: number;
  /** `process`: containers are refused even when an engine is there. */
  readonly runner: 'auto' | 'process';
  /** The client of the docker engine: a path, or a name looked up in this process's PATH. */
  readonly docker: string;
  /** Where the engine listens. */
  readonly dockerSocket: string;
  /** How long ended containers are kept for whoever looks into them. */
  readonly dockerRemoveDelayMs: number;
  /** Remove containers of an earlier agent that no task belongs to. */
  readonly dockerKillOrphans: boolean;
  /** Hold containers to the processor time they asked for, not only under contention. */
  readonly cgroupsEnableCfs: boolean;
  /** How host volumes come into sight of processes (§18.4). */
  readonly mountMode: 'auto' | MountMode;
  /** What the network names of MESOS containers mean (§19.6). */
  readonly networks: NamedNetworks;
}

/** See `findIncompatibility`. */
export type ReconfigurationPolicy = 'equal' | 'additive' | 'any';

/** A network that MESOS containers may name. */
export type NamedNetwork =
  /** The container shares addresses and ports of the host. */
  | { readonly mode: 'host' }
  /** Containers with an image join this network of the docker engine. */
  | { readonly mode: 'docker'; readonly dockerNetwork: string }
  | { readonly mode: 'reject' };

/** By name; unknown names are rejected. */
export type NamedNetworks = Readonly<Record<string, NamedNetwork>>;

/** Part number `index` of `count` equal parts. */
export interface DetectedShare {
  readonly index: number;
  readonly count: number;
}

/** Defaults of the reference; the addresses belong to a single agent. */
export function defaultAgentOptions(workDir: string, isRoot: boolean): AgentOptions {
  return {
    ip: '127.0.0.1',
    port: 5051,
    hostname: '127.0.0.1',
    workDir,
    resources: undefined,
    attributes: undefined,
    domain: undefined,
    defaultRole: '*',
    detectedShare: { index: 0, count: 1 },
    switchUser: isRoot,
    executorRegistrationTimeoutMs: 60_000,
    executorReregistrationTimeoutMs: 2_000,
    executorShutdownGracePeriodMs: 5_000,
    executorEnvironmentVariables: {},
    strict: true,
    reconfigurationPolicy: 'equal',
    recoveryTimeoutMs: 15 * 60_000,
    registrationBackoffFactorMs: 1_000,
    gcDelayMs: 7 * 24 * 3_600_000,
    gcDiskHeadroom: 0.1,
    diskWatchIntervalMs: 60_000,
    fetcherCacheDir: `${workDir}/fetch`,
    fetcherCacheSizeBytes: 2 * 1024 ** 3,
    fetcherStallTimeoutMs: 60_000,
    frameworksHome: undefined,
    hadoopHome: undefined,
    maxCompletedExecutorsPerFramework: 150,
    httpCommandExecutor: false,
    extraTaskEnvironment: false,
    version: '1.12.0',
    containersPerSupervisor: 256,
    runner: 'auto',
    docker: 'docker',
    dockerSocket: '/var/run/docker.sock',
    dockerRemoveDelayMs: 6 * 3_600_000,
    dockerKillOrphans: true,
    cgroupsEnableCfs: false,
    mountMode: 'auto',
    networks: {},
  };
}
