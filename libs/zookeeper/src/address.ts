/** Where a ZooKeeper ensemble is, what to log in with, and the node that the address means. */
export interface ZooKeeperAddress {
  /** `host:port` of each server. */
  readonly servers: readonly string[];
  /** Absolute, without a trailing slash. */
  readonly path: string;
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined;
}

/** An address, or what is wrong with the text. */
export type ParsedZooKeeperUrl =
  { readonly ok: true; readonly address: ZooKeeperAddress } | { readonly ok: false; readonly error: string };

const DEFAULT_PORT = 2181;

/** Reads `zk://[user:password@]host1:port1,host2:port2/path` (`spec/mesos-client.md` §5). The path is mandatory. */
export function parseZooKeeperUrl(text: string): ParsedZooKeeperUrl {
  const match = /^zk:\/\/(?:(?<credentials>[^/]*)@)?(?<servers>[^/@]+)(?<path>\/.*)?$/u.exec(text);
  if (match?.groups === undefined)
    return failed('expected zk://[user:password@]host1:port1,host2:port2/path');
  const { credentials, servers: list = '', path: fullPath = '' } = match.groups;
  const path = fullPath.replace(/\/+$/u, '');
  if (path === '' || path.includes('//')) return failed('the path is missing or has an empty part');
  if (credentials !== undefined && !/^[^:]+:.+$/u.test(credentials))
    return failed('credentials are user:password');
  const servers = list.split(',').map((server) => server.trim());
  for (const server of servers) if (!isServer(server)) return failed(`'${server}' is not host:port`);
  return { ok: true, address: { servers: servers.map(withPort), path, credentials } };
}

function isServer(text: string): boolean {
  const match = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(?<port>\d+))?$/u.exec(text);
  const port = match?.groups?.['port'];
  return match !== null && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}

const withPort = (server: string): string => (/:\d+$/u.test(server) ? server : `${server}:${DEFAULT_PORT}`);

const failed = (error: string): ParsedZooKeeperUrl => ({ ok: false, error });
