import { maskUserInfo } from './basic-types.js';
import { parsed, refused, type Parsed } from './value-type.js';

/** Masters that announce themselves in ZooKeeper (`spec/mesos-client.md §5.2`). */
export interface ZooKeeperMasters {
  readonly kind: 'zookeeper';
  /** `zk://[user:password@]host1:port1,host2:port2/path`. */
  readonly url: string;
  /** Connect over https. */
  readonly tls: boolean;
  /** Connect to the master's name rather than to its address. */
  readonly preferHostname: boolean;
  /** As it was written, credentials masked. */
  readonly text: string;
}

const SERVER = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(?<port>\d+))?$/u;
const OPTIONS = ['tls', 'prefer_hostname'];

/** Reads a `zk://` address with its options, `?tls=true` and `?prefer_hostname=true`. */
export function parseZooKeeperMasters(text: string): Parsed<ZooKeeperMasters> {
  const [url = '', query = '', ...rest] = text.split('?');
  if (rest.length > 0) return refused('has more than one `?`');
  const problem = problemOf(url);
  if (problem !== undefined) return refused(problem);
  const options = new URLSearchParams(query);
  for (const [name, value] of options) {
    if (!OPTIONS.includes(name))
      return refused(`has the unknown option \`${name}\`; known are ${OPTIONS.join(', ')}`);
    if (value !== 'true' && value !== 'false') return refused(`needs true or false as \`${name}\``);
  }
  const tls = options.get('tls') === 'true';
  // Certificates are checked by name.
  const preferHostname = options.has('prefer_hostname') ? options.get('prefer_hostname') === 'true' : tls;
  return parsed({
    kind: 'zookeeper',
    url: url.replace(/\/+$/u, ''),
    tls,
    preferHostname,
    text: maskUserInfo(text),
  });
}

/** What is wrong with an address; it never shows credentials. */
function problemOf(url: string): string | undefined {
  const match = /^zk:\/\/(?:(?<credentials>[^/]*)@)?(?<servers>[^/@]+)(?<path>\/.*)?$/u.exec(url);
  if (match?.groups === undefined) return 'must be zk://[user:password@]host1:port1,host2:port2/path';
  const { credentials, servers = '', path = '' } = match.groups;
  const node = path.replace(/\/+$/u, '');
  if (node === '' || node.includes('//')) return 'needs the path of the masters in ZooKeeper, such as /mesos';
  if (credentials !== undefined && !/^[^:]+:.+$/u.test(credentials))
    return 'must have credentials as user:password';
  const odd = servers.split(',').find((server) => !isServer(server.trim()));
  return odd === undefined ? undefined : `has \`${odd}\`, which is not host:port`;
}

function isServer(text: string): boolean {
  const port = SERVER.exec(text)?.groups?.['port'];
  return SERVER.test(text) && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}
