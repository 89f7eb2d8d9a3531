import type { DockerOptions, LinuxInfo, Network, PortMapping } from './app-definition.js';
import type { SubmittedApp } from './schema/app-schema.js';
import type { SubmittedVolume } from './schema/volume-schema.js';

type Translated = 'id' | 'version' | 'ports' | 'uris' | 'ipAddress' | 'container';

/**
 * The keys of a body or of a stored app in canonical spelling: deprecated keys are translated, no default of a
 * whole key is filled in. Objects of this type may hold more keys; nobody looks at them.
 */
export interface AppFields extends Omit<SubmittedApp, Translated> {
  readonly container?: CanonicalContainer;
}

/** A container whose ports have left `docker`; persistent volumes may still lack their type. */
export interface CanonicalContainer {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: DockerOptions;
  readonly volumes: readonly SubmittedVolume[];
  readonly portMappings?: readonly PortMapping[];
  readonly linuxInfo?: LinuxInfo;
}

type Defaulted =
  | 'args'
  | 'env'
  | 'instances'
  | 'cpus'
  | 'mem'
  | 'disk'
  | 'gpus'
  | 'executor'
  | 'constraints'
  | 'role'
  | 'networks'
  | 'requirePorts'
  | 'fetch'
  | 'healthChecks'
  | 'readinessChecks'
  | 'backoffSeconds'
  | 'backoffFactor'
  | 'maxLaunchDelaySeconds'
  | 'killSelection'
  | 'dependencies'
  | 'labels'
  | 'secrets';

/**
 * What phase C judges (`spec/definitions.md` §2.1): every key that does not depend on another one has its default;
 * strategies, default networks and default host ports are still as submitted.
 */
export interface CanonicalApp
  extends Omit<AppFields, Defaulted | 'residency'>, Required<Pick<AppFields, Defaulted>> {
  /** Absolute. */
  readonly id: string;
  /** Persistent volumes, or the deprecated `residency` key (§4.3). */
  readonly resident: boolean;
}

/** Whether the app uses host networking: no networks at all means host (§7.3). */
export function usesHostNetworking(networks: readonly Network[]): boolean {
  return networks.every((network) => network.mode === 'host');
}

/** Whether any volume of a submitted container makes the app resident (§4.3). */
export function hasPersistentVolumes(volumes: readonly SubmittedVolume[]): boolean {
  return volumes.some((volume) => 'persistent' in volume);
}
