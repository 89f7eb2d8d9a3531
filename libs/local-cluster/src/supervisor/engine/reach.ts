import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { networksOf, type InspectedContainer, type PublishedPort } from './inspected-container.js';

export type IpFamily = 'IPv4' | 'IPv6';

/** Where something is connected to. */
export interface Reach {
  readonly host: string;
  readonly port: number;
}

const loopback = { IPv4: '127.0.0.1', IPv6: '::1' } as const;
const anyAddress = new Set(['', '0.0.0.0', '::']);

/**
 * Where this machine reaches a TCP port of a container (spec/local-cluster.md §15.2): at the container's address when
 * that lies in a network of this machine, else where the engine publishes the port. Nothing when there is neither.
 * `isNear` says whether an address lies in a network of this machine.
 */
export function reachOf(
  container: InspectedContainer,
  port: number,
  family: IpFamily,
  isNear: (address: string) => boolean = isNearAddress,
): Reach | undefined {
  if (container.HostConfig?.NetworkMode === 'host') return { host: loopback[family], port };
  const addresses = networksOf(container).map((network) =>
    family === 'IPv4' ? network.IPAddress : network.GlobalIPv6Address,
  );
  const near = addresses.find((address) => address !== undefined && address !== '' && isNear(address));
  if (near !== undefined) return { host: near, port };
  const published = container.NetworkSettings?.Ports?.[`${port}/tcp`] ?? [];
  return published.map((binding) => publishedAt(binding, family)).find((reach) => reach !== undefined);
}

function publishedAt({ HostIp = '', HostPort = '' }: PublishedPort, family: IpFamily): Reach | undefined {
  if (HostPort === '') return undefined;
  const isOfFamily = HostIp === '' || isIPv6(HostIp) === (family === 'IPv6');
  if (!isOfFamily) return undefined;
  return { host: anyAddress.has(HostIp) ? loopback[family] : HostIp, port: Number(HostPort) };
}

/** An engine on another (virtual) machine has networks that this one does not. */
function isNearAddress(address: string): boolean {
  const networks = new BlockList();
  for (const { cidr, family } of Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])) {
    const [base, prefix] = (cidr ?? '').split('/');
    if (base !== undefined && prefix !== undefined)
      networks.addSubnet(base, Number(prefix), family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
