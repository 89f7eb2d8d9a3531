import type { ContainerInfo } from './container.js';
import type {
  AgentId,
  Base64,
  DurationInfo,
  ExecutorId,
  FrameworkId,
  Labels,
  ScalarValue,
  TaskId,
} from './primitives.js';
import type { Resource } from './resource.js';
import type { Secret } from './secret.js';

/** Messages that describe what is to run (`spec/mesos-client.md §12`). Either `command` or `executor`. */
export interface TaskInfo {
  name: string;
  task_id: TaskId;
  agent_id: AgentId;
  resources?: readonly Resource[];
  executor?: ExecutorInfo;
  command?: CommandInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  check?: CheckInfo;
  kill_policy?: KillPolicy;
  data?: Base64;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  /** Counts from delivery to the executor. */
  max_completion_time?: DurationInfo;
  /** Keys `cpus` and `mem`; infinity is written as the string. */
  limits?: Record<string, ScalarValue | { value: 'Infinity' }>;
}

export interface ExecutorInfo {
  type?: 'DEFAULT' | 'CUSTOM';
  executor_id: ExecutorId;
  framework_id?: FrameworkId;
  command?: CommandInfo;
  container?: ContainerInfo;
  resources?: readonly Resource[];
  name?: string;
  /** Deprecated by Mesos. */
  source?: string;
  data?: Base64;
  discovery?: DiscoveryInfo;
  shutdown_grace_period?: DurationInfo;
  labels?: Labels;
}

export interface TaskGroupInfo {
  tasks?: readonly TaskInfo[];
}

/**
 * `shell` (default true): `/bin/sh -c value`. Without it `value` is the executable and `arguments` the whole argv,
 * argv[0] included, except in DOCKER containers (`§12`).
 */
export interface CommandInfo {
  uris?: readonly CommandUri[];
  environment?: Environment;
  shell?: boolean;
  value?: string;
  arguments?: readonly string[];
  user?: string;
}

export interface CommandUri {
  value: string;
  executable?: boolean;
  /** Default true. */
  extract?: boolean;
  cache?: boolean;
  output_file?: string;
}

export interface Environment {
  variables?: readonly EnvironmentVariable[];
}

export interface EnvironmentVariable {
  name: string;
  /** Default VALUE. */
  type?: 'VALUE' | 'SECRET';
  value?: string;
  secret?: Secret;
}

export interface KillPolicy {
  grace_period?: DurationInfo;
}

/** Defaults: delay 15 s, interval 10 s, timeout 20 s (0 = none), 3 failures, grace 10 s. */
export interface HealthCheck {
  type?: 'COMMAND' | 'HTTP' | 'TCP';
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
  consecutive_failures?: number;
  grace_period_seconds?: number;
  command?: CommandInfo;
  http?: {
    protocol?: 'IPv4' | 'IPv6';
    scheme?: string;
    port: number;
    path?: string;
    statuses?: readonly number[];
  };
  tcp?: { protocol?: 'IPv4' | 'IPv6'; port: number };
}

/** Defaults: delay 15 s, interval 10 s, timeout 20 s. */
export interface CheckInfo {
  type?: 'COMMAND' | 'HTTP' | 'TCP';
  command?: { command: CommandInfo };
  http?: { port: number; path?: string };
  tcp?: { port: number };
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
}

export type DiscoveryVisibility = 'FRAMEWORK' | 'CLUSTER' | 'EXTERNAL';

export interface DiscoveryPort {
  number: number;
  name?: string;
  protocol?: string;
  visibility?: DiscoveryVisibility;
  labels?: Labels;
}

export interface DiscoveryInfo {
  visibility: DiscoveryVisibility;
  name?: string;
  environment?: string;
  location?: string;
  version?: string;
  ports?: { ports?: readonly DiscoveryPort[] };
  labels?: Labels;
}
