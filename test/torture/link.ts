import { TcpProxy } from '../support/tcp-proxy.js';

/** A way between two parts of the scene, which is broken as a whole. */
export interface Link {
  readonly name: string;
  readonly proxies: readonly TcpProxy[];
  /** Where the proxies are found, in the order of what they stand for. */
  readonly addresses: readonly string[];
  /** How often it is hit. */
  readonly weight: number;
}

/** Puts a proxy before each target. */
export async function proxied(name: string, targets: readonly string[], weight: number): Promise<Link> {
  const proxies = await Promise.all(targets.map((target) => TcpProxy.start(target)));
  return { name, proxies, addresses: proxies.map(({ address }) => address), weight };
}
