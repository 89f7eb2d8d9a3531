import type { ContainerInfo, NetworkInfo } from '../../cluster/mesos-shapes.js';
import type {
  AppDefinition,
  Container,
  DockerOptions,
  Network,
} from '../../definitions/app/app-definition.js';
import { labelsOf } from './discovery.js';
import type { PortAssignment } from './port-assignments.js';

/** What the container of one task depends on. */
export interface ContainerRequest {
  readonly app: AppDefinition;
  readonly taskId: string;
  readonly assignments: readonly PortAssignment[];
  readonly mesosBridgeName: string;
}

type PortMappings = NonNullable<NetworkInfo['port_mappings']>;

/** The container of an app's task; `undefined`: none is needed (`spec/scheduling.md` §4.4). */
export function containerOf(request: ContainerRequest): ContainerInfo | undefined {
  const { container, networks } = request.app;
  if (container === undefined && isHostOnly(networks)) return undefined;
  if (container?.type === 'DOCKER' && container.docker !== undefined) {
    return {
      type: 'DOCKER',
      ...dockerEngine(container.docker, request),
      ...extrasOf(container, request.app),
    };
  }
  const infos = isHostOnly(networks) ? [] : networks.map((network) => networkInfo(network, request));
  return {
    type: 'MESOS',
    mesos: container?.docker === undefined ? {} : { image: imageOf(container.docker, request.app) },
    ...(infos.length === 0 ? {} : { network_infos: infos }),
    ...linuxInfoOf(container),
    ...extrasOf(container, request.app),
  };
}

function isHostOnly(networks: readonly Network[]): boolean {
  return networks.every(({ mode }) => mode === 'host');
}

const ENGINE_NETWORKS = { host: 'HOST', 'container/bridge': 'BRIDGE', container: 'USER' } as const;

function dockerEngine(docker: DockerOptions, request: ContainerRequest): Omit<ContainerInfo, 'type'> {
  const { app, taskId, assignments } = request;
  const network = app.networks[0];
  const mode = network?.mode ?? 'host';
  const mappings = mode === 'host' ? [] : hostPortMappings(assignments);
  return {
    docker: {
      image: docker.image,
      network: ENGINE_NETWORKS[mode],
      privileged: docker.privileged,
      force_pull_image: docker.forcePullImage,
      parameters: [...docker.parameters, { key: 'label', value: `MESOS_TASK_ID=${taskId}` }],
      ...(mappings.length === 0 ? {} : { port_mappings: mappings }),
    },
    ...(mode === 'container' && network?.name !== undefined
      ? { network_infos: [{ name: network.name }] }
      : {}),
  };
}

function networkInfo(network: Network, { assignments, mesosBridgeName }: ContainerRequest): NetworkInfo {
  const name = network.mode === 'container/bridge' ? mesosBridgeName : network.name;
  const labels = labelsOf(network.labels ?? {});
  const mappings = hostPortMappings(
    assignments.filter(({ networkNames }) => networkNames.length === 0 || networkNames.includes(name ?? '')),
  );
  return {
    ...(name === undefined ? {} : { name }),
    ...(labels.length === 0 ? {} : { labels: { labels } }),
    ip_addresses: [{}],
    ...(mappings.length === 0 ? {} : { port_mappings: mappings }),
  };
}

/** One mapping per protocol [D13]; ports that stay inside the container are not mapped. */
function hostPortMappings(assignments: readonly PortAssignment[]): PortMappings {
  return assignments.flatMap(({ declared, hostPort, protocols }) =>
    hostPort === undefined
      ? []
      : protocols.map((protocol) => ({ host_port: hostPort, container_port: declared, protocol })),
  );
}

function imageOf(
  docker: DockerOptions,
  app: AppDefinition,
): NonNullable<NonNullable<ContainerInfo['mesos']>['image']> {
  const secret = docker.pullConfig === undefined ? undefined : app.secrets[docker.pullConfig.secret];
  return {
    type: 'DOCKER',
    docker: {
      name: docker.image,
      ...(secret === undefined ? {} : { config: { type: 'REFERENCE', reference: { name: secret.source } } }),
    },
    cached: !docker.forcePullImage,
  };
}

function linuxInfoOf(container: Container | undefined): Pick<ContainerInfo, 'linux_info'> {
  const { seccomp, ipcInfo } = container?.linuxInfo ?? {};
  if (seccomp === undefined && ipcInfo === undefined) return {};
  const profile = seccomp?.profileName === undefined ? {} : { profile_name: seccomp.profileName };
  return {
    linux_info: {
      ...(seccomp === undefined ? {} : { seccomp: { ...profile, unconfined: seccomp.unconfined } }),
      ...(ipcInfo === undefined ? {} : { ipc_mode: ipcInfo.mode }),
      ...(ipcInfo?.shmSize === undefined ? {} : { shm_size: ipcInfo.shmSize }),
    },
  };
}

/** Volumes of the host and the terminal, which both kinds of container have. */
function extrasOf(container: Container | undefined, { tty }: AppDefinition): Partial<ContainerInfo> {
  const volumes = (container?.volumes ?? []).flatMap((volume) =>
    'hostPath' in volume
      ? [{ container_path: volume.containerPath, host_path: volume.hostPath, mode: volume.mode }]
      : [],
  );
  return {
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(tty === true ? { tty_info: {} } : {}),
  };
}
