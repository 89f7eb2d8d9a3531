import type { Timestamp } from '../../time/timestamp.js';

/**
 * The stored (canonical) form of an app: every default filled in, every deprecated field translated
 * (`spec/definitions.md` §4, §7.4). It is what events carry, what `GET` prints and what the scheduler launches.
 * A key that is optional here is absent unless the client sent it; lists and maps are always present.
 */
export interface AppDefinition extends UnversionedApp {
  /** Time of the last change of any kind; identifies the definition among its versions. */
  readonly version: Timestamp;
  readonly versionInfo: VersionInfo;
}

/** A definition in its stored form before it is given a version: what parsing and merging yield. */
export interface UnversionedApp {
  /** Absolute path id, e.g. `/shop/db`. */
  readonly id: string;
  readonly cmd?: string;
  readonly args: readonly string[];
  readonly user?: string;
  readonly env: Readonly<Record<string, EnvironmentValue>>;
  readonly instances: number;
  /** CPU shares, fractions allowed. */
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
  readonly gpus: number;
  readonly resourceLimits?: ResourceLimits;
  /** Empty, `//cmd`, or a path. */
  readonly executor: string;
  readonly executorResources?: ExecutorResources;
  readonly constraints: readonly Constraint[];
  /** Absent when not sent; never empty. */
  readonly acceptedResourceRoles?: readonly string[];
  readonly role: string;
  readonly container?: Container;
  readonly networks: readonly Network[];
  /** Present exactly when the app uses host networking; may be empty. */
  readonly portDefinitions?: readonly PortDefinition[];
  readonly requirePorts: boolean;
  readonly fetch: readonly Artifact[];
  readonly healthChecks: readonly HealthCheck[];
  readonly check?: Check;
  readonly readinessChecks: readonly ReadinessCheck[];
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
  readonly taskKillGracePeriodSeconds?: number;
  readonly upgradeStrategy: UpgradeStrategy;
  readonly unreachableStrategy: UnreachableStrategy;
  readonly killSelection: KillSelection;
  /** Absolute ids. */
  readonly dependencies: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly tty?: boolean;
}

export interface VersionInfo {
  readonly lastScalingAt: Timestamp;
  readonly lastConfigChangeAt: Timestamp;
}

export type EnvironmentValue = string | { readonly secret: string };

export interface SecretSource {
  readonly source: string;
}

export interface ResourceLimits {
  readonly cpus?: number | 'unlimited';
  /** MiB. */
  readonly mem?: number | 'unlimited';
}

export interface ExecutorResources {
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
}

export type ConstraintOperator = 'UNIQUE' | 'CLUSTER' | 'GROUP_BY' | 'LIKE' | 'UNLIKE' | 'MAX_PER' | 'IS';

/** `[field, operator]` or `[field, operator, value]` (`spec/definitions.md` §8). */
export type Constraint = readonly [field: string, operator: ConstraintOperator, value?: string];

export type KillSelection = 'YOUNGEST_FIRST' | 'OLDEST_FIRST';

export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

export type UnreachableStrategy =
  'disabled' | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number };

export interface Artifact {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly destPath?: string;
}

export type NetworkMode = 'host' | 'container' | 'container/bridge';

export interface Network {
  readonly mode: NetworkMode;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type PortProtocol = 'tcp' | 'udp' | 'udp,tcp';

export interface PortDefinition {
  readonly port: number;
  readonly name?: string;
  readonly protocol: PortProtocol;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly servicePort: number;
  readonly name?: string;
  readonly protocol: PortProtocol;
  readonly labels: Readonly<Record<string, string>>;
  readonly networkNames?: readonly string[];
}

export interface Container {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: DockerOptions;
  readonly volumes: readonly AppVolume[];
  /** Present exactly when the app does not use host networking. */
  readonly portMappings?: readonly PortMapping[];
  readonly linuxInfo?: LinuxInfo;
}

export interface DockerOptions {
  readonly image: string;
  readonly forcePullImage: boolean;
  readonly privileged: boolean;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly pullConfig?: { readonly secret: string };
}

export interface LinuxInfo {
  readonly seccomp?: { readonly profileName?: string; readonly unconfined: boolean };
  readonly ipcInfo?: { readonly mode: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: number };
}

export type AppVolume = HostVolume | PersistentVolume | ExternalVolume | SecretVolume;

export interface HostVolume {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly mode: VolumeMode;
}

export type VolumeMode = 'RO' | 'RW';

export interface PersistentVolume {
  readonly containerPath: string;
  readonly mode: VolumeMode;
  readonly persistent: {
    readonly type: 'root' | 'path' | 'mount';
    /** MiB. */
    readonly size: number;
    /** MiB. */
    readonly maxSize?: number;
    readonly profileName?: string;
    readonly constraints: readonly Constraint[];
  };
}

export interface ExternalVolume {
  readonly containerPath: string;
  readonly mode: VolumeMode;
  readonly external: DvdiVolumeInfo | CsiVolumeInfo;
}

export interface DvdiVolumeInfo {
  readonly provider?: string;
  readonly name?: string;
  /** GiB. */
  readonly size?: number;
  readonly options: Readonly<Record<string, string>>;
  readonly shared: boolean;
}

export type CsiAccessMode =
  | 'SINGLE_NODE_WRITER'
  | 'SINGLE_NODE_READER_ONLY'
  | 'MULTI_NODE_READER_ONLY'
  | 'MULTI_NODE_SINGLE_WRITER'
  | 'MULTI_NODE_MULTI_WRITER';

export interface CsiVolumeInfo {
  readonly provider: 'csi';
  readonly name: string;
  readonly options: {
    readonly pluginName: string;
    readonly capability: {
      readonly accessMode: CsiAccessMode;
      readonly accessType: 'block' | 'mount';
      readonly fsType?: string;
      readonly mountFlags?: readonly string[];
    };
    /** Values are secret references. */
    readonly nodeStageSecret?: Readonly<Record<string, string>>;
    /** Values are secret references. */
    readonly nodePublishSecret?: Readonly<Record<string, string>>;
    readonly volumeContext?: Readonly<Record<string, string>>;
  };
}

export interface SecretVolume {
  readonly containerPath: string;
  readonly secret: string;
}

export type HealthCheckProtocol =
  'HTTP' | 'HTTPS' | 'TCP' | 'COMMAND' | 'MESOS_HTTP' | 'MESOS_HTTPS' | 'MESOS_TCP';

export interface HealthCheck {
  readonly protocol: HealthCheckProtocol;
  readonly path?: string;
  readonly port?: number;
  readonly portIndex?: number;
  readonly command?: { readonly value: string };
  /** Present for HTTP and HTTPS. */
  readonly ignoreHttp1xx?: boolean;
  readonly ipProtocol: 'IPv4' | 'IPv6';
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly delaySeconds: number;
}

export interface Check {
  readonly http?: {
    readonly port?: number;
    readonly portIndex?: number;
    readonly path?: string;
    readonly scheme: 'HTTP';
  };
  readonly tcp?: { readonly port?: number; readonly portIndex?: number };
  readonly exec?: { readonly command: { readonly shell: string } };
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

export interface ReadinessCheck {
  readonly name: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly portName: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly httpStatusCodesForReady: readonly number[];
  readonly preserveLastResponse: boolean;
}
