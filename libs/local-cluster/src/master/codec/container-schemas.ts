import {
  bool,
  bytes,
  enumOf,
  integer,
  message,
  repeated,
  required,
  string,
  type Field,
  type MessageSchema,
} from './schema.js';
import { labels, parameter } from './primitive-schemas.js';

/** Containers, volumes, images and networks (C§12). */
const secretSchema: MessageSchema = {
  type: enumOf('REFERENCE', 'VALUE'),
  reference: message(() => ({ name: required(string), key: string })),
  value: message(() => ({ data: required(bytes) })),
};
export const secret: Field = message(() => secretSchema);

const imageSchema: MessageSchema = {
  type: required(enumOf('APPC', 'DOCKER')),
  docker: message(() => dockerImage),
  appc: message(() => appcImage),
  cached: bool,
};
const dockerImage: MessageSchema = { name: required(string), config: secret };
const appcImage: MessageSchema = { name: required(string), id: string, labels };

const portMapping: MessageSchema = {
  host_port: required(integer),
  container_port: required(integer),
  protocol: string,
};

const dockerInfo: MessageSchema = {
  image: required(string),
  network: enumOf('HOST', 'BRIDGE', 'NONE', 'USER'),
  port_mappings: repeated(message(() => portMapping)),
  privileged: bool,
  parameters: repeated(parameter),
  force_pull_image: bool,
  volume_driver: string,
};

const driverOptions: MessageSchema = { parameter: repeated(parameter) };
const dockerVolume: MessageSchema = {
  driver: string,
  name: required(string),
  driver_options: message(() => driverOptions),
};
const mountPropagation: MessageSchema = { mode: enumOf('HOST_TO_CONTAINER', 'BIDIRECTIONAL') };
const hostPath: MessageSchema = {
  path: required(string),
  mount_propagation: message(() => mountPropagation),
};
const sandboxPath: MessageSchema = { type: enumOf('SELF', 'PARENT'), path: required(string) };
const volumeSource: MessageSchema = {
  type: enumOf('DOCKER_VOLUME', 'HOST_PATH', 'SANDBOX_PATH', 'SECRET', 'CSI_VOLUME'),
  docker_volume: message(() => dockerVolume),
  host_path: message(() => hostPath),
  sandbox_path: message(() => sandboxPath),
  secret,
};

const volumeSchema: MessageSchema = {
  mode: required(enumOf('RW', 'RO')),
  container_path: required(string),
  host_path: string,
  image: message(() => imageSchema),
  source: message(() => volumeSource),
};
export const volume: Field = message(() => volumeSchema);

const ipAddress: MessageSchema = { protocol: enumOf('IPv4', 'IPv6'), ip_address: string };
const networkInfo: MessageSchema = {
  name: string,
  ip_addresses: repeated(message(() => ipAddress)),
  groups: repeated(string),
  labels,
  port_mappings: repeated(message(() => portMapping)),
};

const capabilityInfo: MessageSchema = { capabilities: repeated(string) };
const seccomp: MessageSchema = { profile_name: string, unconfined: bool };
const linuxInfo: MessageSchema = {
  bounding_capabilities: message(() => capabilityInfo),
  effective_capabilities: message(() => capabilityInfo),
  share_pid_namespace: bool,
  seccomp: message(() => seccomp),
  ipc_mode: enumOf('PRIVATE', 'SHARE_PARENT'),
  shm_size: integer,
  share_cgroups: bool,
};

const rlimit: MessageSchema = { type: required(string), hard: integer, soft: integer };
const rlimitInfo: MessageSchema = { rlimits: repeated(message(() => rlimit)) };
const mesosInfo: MessageSchema = { image: message(() => imageSchema) };
const windowSize: MessageSchema = { rows: required(integer), columns: required(integer) };
const ttyInfo: MessageSchema = { window_size: message(() => windowSize) };

const containerSchema: MessageSchema = {
  type: required(enumOf('DOCKER', 'MESOS')),
  volumes: repeated(volume),
  hostname: string,
  docker: message(() => dockerInfo),
  mesos: message(() => mesosInfo),
  network_infos: repeated(message(() => networkInfo)),
  linux_info: message(() => linuxInfo),
  rlimit_info: message(() => rlimitInfo),
  tty_info: message(() => ttyInfo),
};
export const container: Field = message(() => containerSchema);
