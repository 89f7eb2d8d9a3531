import type { NetworkInfo, PortMapping } from '#mesos';
import type { NamedNetworks } from '../agent-options.js';

/** Where a MESOS container is reached, or why it cannot be connected as asked. */
export type ContainerNetwork =
  /** The container shares addresses and ports of the host. */
  | { readonly ok: true; readonly kind: 'host' }
  | {
      readonly ok: true;
      readonly kind: 'docker';
      readonly dockerNetwork: string;
      readonly portMappings: readonly PortMapping[];
    }
  | { readonly ok: false; readonly error: string };

/** The network of a MESOS container by the names it asks for (spec/local-cluster.md §19.6). */
export function networkOf(infos: readonly NetworkInfo[], networks: NamedNetworks): ContainerNetwork {
  const [info, ...others] = infos.filter(({ name }) => name !== undefined);
  if (info?.name === undefined) return { ok: true, kind: 'host' };
  const { name, port_mappings: portMappings = [] } = info;
  const network = networks[name];
  if (network === undefined || network.mode === 'reject') return failed(`Unknown network '${name}'`);
  if (others.length > 0) return failed('Only a single network can be joined on this agent');
  if (network.mode === 'docker') {
    return { ok: true, kind: 'docker', dockerNetwork: network.dockerNetwork, portMappings };
  }
  const moved = portMappings.find(({ host_port: host, container_port: inside }) => host !== inside);
  if (moved === undefined) return { ok: true, kind: 'host' };
  const ports = `container port ${moved.container_port} to host port ${moved.host_port}`;
  return failed(`Network '${name}' is that of the host and cannot map ${ports}`);
}

function failed(error: string): { ok: false; error: string } {
  return { ok: false, error };
}
