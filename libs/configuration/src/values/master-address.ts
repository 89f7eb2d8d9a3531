import { readFileSync } from 'node:fs';
import { durationType, integerType, maskUserInfo, splitList, toggleType } from './basic-types.js';
import { parsed, refused, unexpected, type Parsed, type ValueType } from './value-type.js';
import { parseZooKeeperMasters, type ZooKeeperMasters } from './zookeeper-masters.js';

/** Where an agent stands. */
export interface FaultDomain {
  readonly region: string;
  readonly zone: string;
}

/** The embedded cluster that `--master local` starts (`spec/local-cluster.md §2.1, §3`). */
export interface LocalMaster {
  readonly kind: 'local';
  /** Identical agents on this machine, at least 1. */
  readonly agents: number;
  /** Resources of each agent as Mesos text or JSON; detected on the machine when absent. */
  readonly resources: string | undefined;
  /** Attributes as Mesos text, such as `rack:r7;gen:3`: one for all agents, or one for each. */
  readonly attributes: readonly string[] | undefined;
  /** Fault domains: one for all agents, or one for each. The master is in the first one. */
  readonly domains: readonly FaultDomain[] | undefined;
  /** Port of the embedded master on the loopback address; 0 takes a free one. */
  readonly port: number | undefined;
  /** Pause between two pings of an agent. */
  readonly agentPingTimeoutMs: number | undefined;
  /** So many pings in a row without an answer make an agent unreachable. */
  readonly maxAgentPingTimeouts: number | undefined;
  /** How long an agent whose connection broke may stay away before it is unreachable. */
  readonly agentReregisterTimeoutMs: number | undefined;
  /** Serve the control API for tests at the master's address. */
  readonly testApi: boolean;
  /** As it was written. */
  readonly text: string;
}

/** Real masters, to be tried one after the other until one leads (`spec/mesos-client.md §5.1`). */
export interface RemoteMaster {
  readonly kind: 'remote';
  /** Base addresses without a trailing slash, such as `http://10.20.0.11:5050`. */
  readonly urls: readonly string[];
  /** As it was written, credentials masked. */
  readonly text: string;
}

/** A cluster of simulated agents that starts beside Ekiden (`spec/local-cluster.md §2.1, §26`). */
export interface SimulatedMaster {
  readonly kind: 'simulated';
  /** As it was written: `sim://?agents=N&cpus=…&mem=…`, or `sim:FILE`. */
  readonly text: string;
}

export type MasterAddress = LocalMaster | SimulatedMaster | RemoteMaster | ZooKeeperMasters;

const DEFAULT_MASTER_PORT = '5050';

const LOCAL_OPTIONS = [
  'agents',
  'resources',
  'attributes',
  'domain',
  'port',
  'agent_ping_timeout',
  'max_agent_ping_timeouts',
  'agent_reregister_timeout',
  'test_api',
];

/** What `--master` takes (`spec/mesos-client.md §5`). */
export const masterType: ValueType<MasterAddress> = {
  arity: 'value',
  expects:
    '`local`, `local://?agents=3`, `sim://?agents=5000&cpus=32&mem=131072`, `sim:FILE`, `zk://host1:2181,host2:2181/mesos`, `host:port`, a comma-separated list of http:// ' +
    'addresses, or file:///path with one of them in its first line',
  placeholder: 'MASTER',
  parse: (text) => (text.startsWith('file:') ? parseFile(text) : parseAddress(text)),
  show: (value) => value.text,
};

function parseAddress(text: string): Parsed<MasterAddress> {
  if (text === 'local' || text.startsWith('local:')) return parseLocal(text);
  if (text.startsWith('zk:')) return parseZooKeeperMasters(text);
  if (text.startsWith('sim:')) return parseSimulated(text);
  return parseRemote(text);
}

/** The address stands in a file, where credentials are not seen by others (`spec/mesos-client.md §5`). */
function parseFile(text: string): Parsed<MasterAddress> {
  const path = /^file:\/\/(\/.+)$/s.exec(text)?.[1];
  if (path === undefined) return refused('must name a file as file:///path');
  let first: string;
  try {
    first = readFileSync(path, 'utf8').split('\n', 1)[0]?.trim() ?? '';
  } catch (error) {
    return refused(`names ${path}, which cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const inside = first.startsWith('file:') ? unexpected : parseAddress(first);
  if (inside.ok) return inside;
  return refused(`names ${path}, whose first line ${inside.reason ?? 'is no address of a master'}`);
}

/** What stands behind the colon is read by the cluster itself. */
function parseSimulated(text: string): Parsed<SimulatedMaster> {
  return /^sim:(\/\/(\?.*)?|(?!\/\/).+)$/s.test(text) ? parsed({ kind: 'simulated', text }) : unexpected;
}

function parseLocal(text: string): Parsed<LocalMaster> {
  const query = /^local(?::\/\/)?(?:\?(.*))?$/s.exec(text);
  if (query === null) return unexpected;
  const options = new URLSearchParams(query[1] ?? '');
  for (const name of options.keys()) {
    if (!LOCAL_OPTIONS.includes(name))
      return refused(`has the unknown option \`${name}\`; known are ${LOCAL_OPTIONS.join(', ')}`);
    if (options.getAll(name).length > 1) return refused(`has the option \`${name}\` twice`);
  }
  const agents = option(options, 'agents', integerType(1, 10_000));
  if (!agents.ok) return agents;
  const port = option(options, 'port', integerType(0, 65_535));
  if (!port.ok) return port;
  const count = agents.value ?? 1;
  const attributes = listOption(options, 'attributes', count);
  if (!attributes.ok) return attributes;
  const domains = domainsOption(options, count);
  if (!domains.ok) return domains;
  const pingTimeout = option(options, 'agent_ping_timeout', durationType);
  if (!pingTimeout.ok) return pingTimeout;
  const pingTimeouts = option(options, 'max_agent_ping_timeouts', integerType(1, 10_000));
  if (!pingTimeouts.ok) return pingTimeouts;
  const reregisterTimeout = option(options, 'agent_reregister_timeout', durationType);
  if (!reregisterTimeout.ok) return reregisterTimeout;
  const testApi = option(options, 'test_api', toggleType);
  if (!testApi.ok) return testApi;
  return parsed({
    kind: 'local',
    agents: count,
    resources: options.get('resources') ?? undefined,
    attributes: attributes.value,
    domains: domains.value,
    port: port.value,
    agentPingTimeoutMs: pingTimeout.value,
    maxAgentPingTimeouts: pingTimeouts.value,
    agentReregisterTimeoutMs: reregisterTimeout.value,
    testApi: testApi.value ?? false,
    text,
  });
}

/** One text for all agents, or one for each of them with `|` in between. */
function listOption(
  options: URLSearchParams,
  name: string,
  agents: number,
): Parsed<readonly string[] | undefined> {
  const list = options.get(name)?.split('|');
  if (list === undefined || list.length === 1 || list.length === agents) return parsed(list);
  return refused(`needs one \`${name}\` for all, or one for each of ${agents} agents, not ${list.length}`);
}

function domainsOption(options: URLSearchParams, agents: number): Parsed<readonly FaultDomain[] | undefined> {
  const list = listOption(options, 'domain', agents);
  if (!list.ok || list.value === undefined) return list as Parsed<undefined>;
  const domains: FaultDomain[] = [];
  for (const text of list.value) {
    const [, region, zone] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
    if (region === undefined || zone === undefined)
      return refused(`needs REGION/ZONE as \`domain\`, not \`${text}\``);
    domains.push({ region, zone });
  }
  return parsed(domains);
}

function option<V>(options: URLSearchParams, name: string, type: ValueType<V>): Parsed<V | undefined> {
  const text = options.get(name);
  if (text === null) return parsed(undefined);
  const outcome = type.parse(text);
  return outcome.ok ? outcome : refused(`needs ${type.expects} as \`${name}\`, not \`${text}\``);
}

function parseRemote(text: string): Parsed<RemoteMaster> {
  const urls: string[] = [];
  let withoutScheme = false;
  for (const item of splitList(text)) {
    const hasScheme = item.includes('://');
    withoutScheme ||= !hasScheme;
    const url = masterUrl(hasScheme ? item : `http://${item}`);
    if (url === undefined) return unexpected;
    if (url.includes('@'))
      return refused(
        'must not hold credentials; --mesos_authentication_principal and its secret are for that',
      );
    urls.push(url);
  }
  if (urls.length === 0) return unexpected;
  const value: RemoteMaster = { kind: 'remote', urls, text: maskUserInfo(text) };
  return withoutScheme
    ? { ok: true, value, warning: `without http:// is deprecated; write ${maskUserInfo(urls.join(','))}` }
    : parsed(value);
}

function masterUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.pathname === '/' && url.search === '' && url.hash === '';
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || !isPlain) return undefined;
  // The URL parser drops the scheme's default port even when it was written, so look at the text for it.
  if (url.port === '' && !/:\d+\/?$/.test(text)) url.port = DEFAULT_MASTER_PORT;
  return url.href.replace(/\/$/, '');
}
