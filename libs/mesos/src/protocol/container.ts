import type { ContainerId, Labels, Parameter, Parameters } from './primitives.js';
import type { Secret } from './secret.js';

/** Messages that describe a container (`spec/mesos-client.md §12`). */
export interface ContainerInfo {
  type: 'DOCKER' | 'MESOS';
  volumes?: readonly Volume[];
  hostname?: string;
  docker?: DockerInfo;
  mesos?: { image?: Image };
  network_infos?: readonly NetworkInfo[];
  linux_info?: LinuxInfo;
  rlimit_info?: { rlimits?: readonly RLimit[] };
  tty_info?: { window_size?: { rows: number; columns: number } };
}

export interface DockerInfo {
  image: string;
  network?: 'HOST' | 'BRIDGE' | 'NONE' | 'USER';
  port_mappings?: readonly PortMapping[];
  privileged?: boolean;
  parameters?: readonly Parameter[];
  force_pull_image?: boolean;
  volume_driver?: string;
}

export interface PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}

export interface Image {
  type: 'APPC' | 'DOCKER';
  docker?: { name: string; config?: Secret };
  appc?: { name: string; id?: string; labels?: Labels };
  cached?: boolean;
}

/** At most one of `host_path`, `image` and `source`. */
export interface Volume {
  mode: 'RW' | 'RO';
  container_path: string;
  host_path?: string;
  image?: Image;
  source?: VolumeSource;
}

/** Where a container volume comes from (`§12`). */
export interface VolumeSource {
  type: 'DOCKER_VOLUME' | 'HOST_PATH' | 'SANDBOX_PATH' | 'SECRET' | 'CSI_VOLUME';
  docker_volume?: { driver?: string; name: string; driver_options?: Parameters };
  host_path?: { path: string; mount_propagation?: { mode?: 'HOST_TO_CONTAINER' | 'BIDIRECTIONAL' } };
  sandbox_path?: { type: 'SELF' | 'PARENT'; path: string };
  secret?: Secret;
  csi_volume?: Record<string, unknown>;
}

export interface IpAddress {
  protocol?: 'IPv4' | 'IPv6';
  ip_address?: string;
}

export interface NetworkInfo {
  name?: string;
  ip_addresses?: readonly IpAddress[];
  groups?: readonly string[];
  labels?: Labels;
  port_mappings?: readonly PortMapping[];
}

export interface LinuxInfo {
  bounding_capabilities?: { capabilities?: readonly string[] };
  effective_capabilities?: { capabilities?: readonly string[] };
  share_pid_namespace?: boolean;
  seccomp?: { profile_name?: string; unconfined?: boolean };
  ipc_mode?: 'PRIVATE' | 'SHARE_PARENT';
  /** MB. */
  shm_size?: number;
  share_cgroups?: boolean;
}

/** Both or neither of `hard` and `soft`; neither means unlimited. */
export interface RLimit {
  type: `RLMT_${string}`;
  hard?: number;
  soft?: number;
}

/** The last word an executor gave about its container (`§10.2`). */
export interface ContainerStatus {
  container_id?: ContainerId;
  network_infos?: readonly NetworkInfo[];
  cgroup_info?: { net_cls?: { classid?: number } };
  executor_pid?: number;
}
