/**
 * The part of the Mesos v1 JSON shapes that the domain reads and builds. `libs/mesos` holds the complete
 * protocol; its values are structurally assignable to these, so nothing has to be converted at the border.
 */

export interface Id {
  readonly value: string;
}

export interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Label {
  readonly key: string;
  readonly value?: string;
}

export interface Reservation {
  readonly type?: string;
  readonly role?: string;
  readonly principal?: string;
  readonly labels?: { readonly labels?: readonly Label[] };
}

/** A named value: the field that `type` names is present. */
interface NamedValue {
  readonly name: string;
  readonly type: 'SCALAR' | 'RANGES' | 'SET' | 'TEXT';
  readonly scalar?: { readonly value: number };
  readonly ranges?: { readonly range?: readonly Range[] };
  readonly set?: { readonly item?: readonly string[] };
}

export interface Resource extends NamedValue {
  /** Present in the pre-refinement format only. */
  readonly role?: string;
  readonly reservation?: Reservation;
  readonly reservations?: readonly Reservation[];
  readonly allocation_info?: { readonly role?: string };
  readonly disk?: {
    readonly volume?: unknown;
    readonly persistence?: { readonly id: string };
    readonly source?: { readonly type?: string };
  };
  readonly provider_id?: Id;
  readonly revocable?: unknown;
  readonly shared?: unknown;
}

export interface Attribute extends NamedValue {
  readonly text?: { readonly value: string };
}

export interface FaultDomain {
  readonly fault_domain?: {
    readonly region?: { readonly name: string };
    readonly zone?: { readonly name: string };
  };
}

export interface Offer {
  readonly id: Id;
  readonly agent_id: Id;
  readonly hostname: string;
  readonly resources?: readonly Resource[];
  readonly attributes?: readonly Attribute[];
  readonly allocation_info?: { readonly role?: string };
  readonly domain?: FaultDomain;
  readonly unavailability?: {
    readonly start: { readonly nanoseconds: number };
    readonly duration?: { readonly nanoseconds: number };
  };
}

export type MesosTaskState =
  | 'TASK_STAGING'
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_ERROR'
  | 'TASK_LOST'
  | 'TASK_DROPPED'
  | 'TASK_UNREACHABLE'
  | 'TASK_GONE'
  | 'TASK_GONE_BY_OPERATOR'
  | 'TASK_UNKNOWN';

export interface IpAddress {
  readonly protocol?: 'IPv4' | 'IPv6';
  readonly ip_address?: string;
}

/** Result of a general check; the part that `type` names is empty before the first one. */
export interface CheckStatus {
  readonly type?: 'COMMAND' | 'HTTP' | 'TCP';
  readonly command?: { readonly exit_code?: number };
  readonly http?: { readonly status_code?: number };
  readonly tcp?: { readonly succeeded?: boolean };
}

export interface TaskStatus {
  readonly task_id: Id;
  readonly state: MesosTaskState;
  readonly agent_id?: Id;
  readonly source?: string;
  readonly reason?: string;
  readonly message?: string;
  /** Seconds since the epoch, with a fraction. */
  readonly timestamp?: number;
  /** Base64; absent when the update needs no acknowledgement. */
  readonly uuid?: string;
  readonly healthy?: boolean;
  readonly check_status?: CheckStatus;
  readonly container_status?: {
    readonly network_infos?: readonly { readonly ip_addresses?: readonly IpAddress[] }[];
  };
  readonly unreachable_time?: { readonly nanoseconds: number };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

export interface CommandUri {
  readonly value: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly output_file?: string;
}

export interface CommandInfo {
  readonly shell: boolean;
  readonly value?: string;
  readonly arguments?: readonly string[];
  readonly user?: string;
  readonly environment?: { readonly variables: readonly EnvironmentVariable[] };
  readonly uris?: readonly CommandUri[];
}

export interface NetworkInfo {
  readonly name?: string;
  readonly labels?: { readonly labels: readonly Label[] };
  readonly ip_addresses?: readonly IpAddress[];
  readonly port_mappings?: readonly {
    readonly host_port: number;
    readonly container_port: number;
    readonly protocol: string;
  }[];
}

/** The container a task runs in (`spec/scheduling.md` §4.4). */
export interface ContainerInfo {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: {
    readonly image: string;
    readonly network: 'HOST' | 'BRIDGE' | 'USER';
    readonly privileged: boolean;
    readonly force_pull_image: boolean;
    readonly parameters: readonly { readonly key: string; readonly value: string }[];
    readonly port_mappings?: NetworkInfo['port_mappings'];
  };
  readonly mesos?: {
    readonly image?: {
      readonly type: 'DOCKER';
      readonly docker: {
        readonly name: string;
        readonly config?: { readonly type: 'REFERENCE'; readonly reference: { readonly name: string } };
      };
      readonly cached: boolean;
    };
  };
  readonly network_infos?: readonly NetworkInfo[];
  readonly linux_info?: {
    readonly seccomp?: { readonly profile_name?: string; readonly unconfined: boolean };
    readonly ipc_mode?: 'PRIVATE' | 'SHARE_PARENT';
    /** MB. */
    readonly shm_size?: number;
  };
  readonly volumes?: readonly {
    readonly container_path: string;
    readonly host_path: string;
    readonly mode: 'RO' | 'RW';
  }[];
  readonly tty_info?: Record<string, never>;
}

/** A program of the user that runs tasks in place of Mesos's own executor (`spec/scheduling.md` §3.10). */
export interface ExecutorInfo {
  readonly executor_id: Id;
  readonly command: CommandInfo;
  readonly container?: ContainerInfo;
  readonly resources?: readonly Resource[];
}

/** Numbers that health checks and general checks share. */
interface CheckTiming {
  readonly delay_seconds: number;
  readonly interval_seconds: number;
  readonly timeout_seconds: number;
}

/** A health check that the executor runs (`spec/scheduling.md` §5.5). */
export interface HealthCheckInfo extends CheckTiming {
  readonly type: 'COMMAND' | 'HTTP' | 'TCP';
  readonly consecutive_failures: number;
  readonly grace_period_seconds: number;
  readonly command?: { readonly shell: boolean; readonly value: string };
  readonly http?: {
    readonly protocol: 'IPv4' | 'IPv6';
    readonly scheme: 'http' | 'https';
    readonly port: number;
    readonly path: string;
  };
  readonly tcp?: { readonly protocol: 'IPv4' | 'IPv6'; readonly port: number };
}

/** A general check that the executor runs. */
export interface CheckInfo extends CheckTiming {
  readonly type: 'COMMAND' | 'HTTP' | 'TCP';
  readonly command?: { readonly command: { readonly shell: boolean; readonly value: string } };
  readonly http?: { readonly port: number; readonly path?: string };
  readonly tcp?: { readonly port: number };
}

/** What the scheduler asks Mesos to run (`spec/scheduling.md` §4.1): either `command` or `executor` is present. */
export interface TaskInfo {
  readonly name: string;
  readonly task_id: Id;
  readonly agent_id: Id;
  readonly resources: readonly Resource[];
  readonly command?: CommandInfo;
  readonly executor?: ExecutorInfo;
  readonly container?: ContainerInfo;
  /** By resource; `Infinity` is written as text in JSON. */
  readonly limits?: Readonly<Record<string, { readonly value: number | 'Infinity' }>>;
  readonly labels?: { readonly labels: readonly Label[] };
  readonly health_check?: HealthCheckInfo;
  readonly check?: CheckInfo;
  readonly kill_policy?: { readonly grace_period: { readonly nanoseconds: number } };
  readonly discovery?: {
    readonly visibility: 'FRAMEWORK';
    readonly name: string;
    readonly ports: {
      readonly ports: readonly {
        readonly number: number;
        readonly name?: string;
        readonly protocol: string;
        readonly labels?: { readonly labels: readonly Label[] };
      }[];
    };
  };
}
