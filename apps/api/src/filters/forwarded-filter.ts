import { BlockList, isIP, isIPv6 } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Configuration } from '#configuration';
import '../server/actor.js';
import { listOf } from '../standby/forward-headers.js';

/**
 * Believes another node of the cluster about the client in whose name it asks. A node is who carries `X-Marathon-Via`
 * and has shown the account of `--http_credentials` or a certificate that `--tls_client_ca` vouches for: whoever has
 * these may write anyhow. Without either nobody can be told from a node, so that nodes then have to be listed in
 * `--trusted_proxies`, like any other proxy.
 */
export function forwardedFilter(server: FastifyInstance, { trustedProxies = [] }: Configuration): void {
  const proxies = blockList(trustedProxies);
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-marathon-via'] !== undefined && isNode(request)) {
      const client = clientOf(listOf(request.headers['x-forwarded-for']), proxies);
      if (client !== undefined) request.forwardedFor = client;
    }
    done();
  });
}

const isNode = ({ userName, socket }: FastifyRequest): boolean =>
  userName !== undefined || (socket instanceof TLSSocket && socket.authorized);

/** The last address that is no proxy's: the node has put the one it saw itself at the end. */
function clientOf(addresses: readonly string[], proxies: BlockList): string | undefined {
  return (
    addresses.findLast((address) => !proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) ??
    addresses[0]
  );
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
