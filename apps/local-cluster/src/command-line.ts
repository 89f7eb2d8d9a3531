import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  readSimulationAddress,
  type Credential,
  type LocalAgentsOptions,
  type MasterOptions,
  type SimulationPlan,
} from '#local-cluster';
import { parseMasterUrls, parseResources } from '#mesos';
import { parseZooKeeperUrl, type ZooKeeperAddress } from '#zookeeper';
import { FLAGS, type FlagName, type FlagRow, type Role } from './flags.js';
import { readFlags, type GivenFlags } from './read-flags.js';

/** What the process is to do. */
export interface ClusterPlan {
  readonly role: Role;
  readonly workDir: string;
  readonly zooKeeper: ZooKeeperAddress | undefined;
  readonly zkSessionTimeoutMs: number;
  /** Where agents find the master without ZooKeeper. */
  readonly masters: readonly [URL, ...URL[]] | undefined;
  readonly master: Partial<MasterOptions>;
  readonly agents: LocalAgentsOptions;
  readonly testApi: boolean;
  readonly stopTasks: boolean;
  /** Simulated agents instead of real ones. */
  readonly simulation: SimulationPlan | undefined;
  /** Keep the journal of a simulation. */
  readonly journal: boolean;
}

/** What was asked for, or everything that is wrong with it. */
export type CommandLine =
  | { readonly ok: true; readonly action: 'help' }
  | { readonly ok: true; readonly action: 'start'; readonly plan: ClusterPlan }
  | { readonly ok: false; readonly problems: readonly string[] };

type ReadFile = (path: string) => string;

/** Reads the arguments after the program's name. Prints nothing, exits nothing. */
export function readCommandLine(
  argv: readonly string[],
  readFile: ReadFile = (path) => readFileSync(path, 'utf8'),
): CommandLine {
  const problems: string[] = [];
  const given = readFlags(argv, problems);
  if (given.has('help')) return { ok: true, action: 'help' };
  const read = new Reader(given, problems);
  const role = read.choice('role', ['all', 'master', 'agent']);
  const plan: ClusterPlan = {
    role,
    workDir: resolve(read.text('work_dir')),
    zooKeeper: read.zooKeeper(),
    zkSessionTimeoutMs: read.duration('zk_session_timeout'),
    masters: read.masters(),
    master: masterOptions(read, readFile),
    agents: agentsOptions(read),
    testApi: given.has('test_api'),
    stopTasks: given.has('stop_tasks'),
    simulation: read.simulation(readFile),
    journal: given.has('journal'),
  };
  checkConsistency(plan, given, problems);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, action: 'start', plan };
}

function masterOptions(read: Reader, readFile: ReadFile): Partial<MasterOptions> {
  const credentials = read.credentials(readFile);
  const [domain] = read.domains(1) ?? [];
  return {
    ip: read.ip(),
    hostname: read.optional('hostname'),
    port: read.integer('port', 0, 65_535),
    roles: read.list('roles'),
    allocationIntervalMs: read.duration('allocation_interval'),
    heartbeatIntervalMs: read.duration('heartbeat_interval'),
    agentPingTimeoutMs: read.duration('agent_ping_timeout'),
    maxAgentPingTimeouts: read.integer('max_agent_ping_timeouts', 1, 10_000),
    agentReregisterTimeoutMs: read.duration('agent_reregister_timeout'),
    ...(credentials === undefined ? {} : { credentials, authenticateHttpFrameworks: true }),
    domain,
  };
}

function agentsOptions(read: Reader): LocalAgentsOptions {
  const count = read.integer('agents', 1, 10_000);
  const attributes = read.oneOrEach('attributes', count) ?? [];
  const domains = read.domains(count) ?? [];
  const overrides = Array.from({ length: count }, (_, index) => ({
    attributes: attributes[index] ?? attributes[0],
    domain: domains[index] ?? domains[0],
  }));
  const hostname = read.optional('hostname');
  return {
    count,
    ip: read.ip(),
    ...(hostname === undefined ? {} : { hostname }),
    firstPort: read.integer('agent_port', 0, 65_535),
    resources: read.resources(),
    overrides,
  };
}

function checkConsistency(plan: ClusterPlan, given: GivenFlags, problems: string[]): void {
  const { role, zooKeeper, masters } = plan;
  for (const name of given.keys()) {
    const { part } = FLAGS[name] as FlagRow;
    if (part !== undefined && role !== 'all' && part !== role)
      problems.push(`\`--${name}\` has no meaning with \`--role ${role}\``);
  }
  if (role === 'agent' && (zooKeeper === undefined) === (masters === undefined))
    problems.push('`--role agent` needs either `--zk` or `--master` to find the master');
  if (role === 'all' && masters !== undefined) problems.push('`--master` needs `--role agent`');
  if (given.has('zk_session_timeout') && zooKeeper === undefined)
    problems.push('`--zk_session_timeout` has no meaning without `--zk`');
  if (given.has('journal') && !given.has('sim')) problems.push('`--journal` has no meaning without `--sim`');
  if (given.has('sim')) {
    if (role !== 'all' || zooKeeper !== undefined)
      problems.push('`--sim` needs master and agents in one process, without `--zk`');
    for (const name of WITHOUT_MEANING_IN_SIMULATIONS)
      if (given.has(name)) problems.push(`\`--${name}\` has no meaning with \`--sim\``);
  }
  if (plan.testApi && (role !== 'all' || zooKeeper !== undefined))
    problems.push('`--test_api` needs master and agents in one process, without `--zk`');
}

/** The address of a simulation says what its agents are. */
const WITHOUT_MEANING_IN_SIMULATIONS = [
  'agents',
  'agent_port',
  'resources',
  'attributes',
  'stop_tasks',
] as const satisfies readonly FlagName[];

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, secs: 1_000, mins: 60_000, hrs: 3_600_000 };

/** Reads values one by one; what is wrong is collected, and a default stands in for it. */
class Reader {
  constructor(
    private readonly given: GivenFlags,
    private readonly problems: string[],
  ) {}

  optional(name: FlagName): string | undefined {
    return this.given.get(name);
  }

  /** Of a flag that has a default. */
  text(name: FlagName): string {
    return this.given.get(name) ?? (FLAGS[name] as FlagRow).default ?? '';
  }

  choice<W extends string>(name: FlagName, words: readonly [W, ...W[]]): W {
    const text = this.text(name);
    return words.find((word) => word === text) ?? this.wrong(name, `one of ${words.join(', ')}`, words[0]);
  }

  integer(name: FlagName, min: number, max: number): number {
    const value = /^\d+$/.test(this.text(name)) ? Number(this.text(name)) : Number.NaN;
    return value >= min && value <= max
      ? value
      : this.wrong(name, `a whole number from ${min} to ${max}`, min);
  }

  duration(name: FlagName): number {
    const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|secs|mins|hrs)$/.exec(this.text(name)) ?? [];
    const ms = Number(amount) * (MS_PER_UNIT[unit] ?? 0);
    return ms >= 1 ? ms : this.wrong(name, 'a time such as 500ms, 15secs, 10mins or 1hrs', 1);
  }

  ip(): string {
    const text = this.text('ip');
    return isIP(text) === 0 ? this.wrong('ip', 'an IP address', text) : text;
  }

  list(name: FlagName): string[] | undefined {
    return this.optional(name)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  resources(): string | undefined {
    const text = this.optional('resources');
    if (text === undefined || text.trimStart().startsWith('[')) return text;
    const parsed = parseResources(text);
    return parsed.ok
      ? text
      : this.wrong('resources', `resources as Mesos writes them: ${parsed.error}`, text);
  }

  /** One text for all agents, or one for each with `|` in between. */
  oneOrEach(name: FlagName, count: number): string[] | undefined {
    const list = this.optional(name)?.split('|');
    if (list === undefined || list.length === 1 || list.length === count) return list;
    return this.wrong(name, `one text for all agents, or one for each of ${count}`, undefined);
  }

  domains(count: number) {
    // The first one is the master's, however many there are.
    const list =
      count === 1 ? this.optional('domain')?.split('|').slice(0, 1) : this.oneOrEach('domain', count);
    return list?.map((text) => {
      const [, region, zone] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
      if (region === undefined || zone === undefined) return this.wrong('domain', 'REGION/ZONE', undefined);
      return { fault_domain: { region: { name: region }, zone: { name: zone } } };
    });
  }

  zooKeeper(): ZooKeeperAddress | undefined {
    const text = this.optional('zk');
    if (text === undefined) return undefined;
    const parsed = parseZooKeeperUrl(text);
    // The text may hold a password.
    if (!parsed.ok) this.problems.push(`\`--zk\` is no ZooKeeper address: ${parsed.error}`);
    return parsed.ok ? parsed.address : undefined;
  }

  masters(): readonly [URL, ...URL[]] | undefined {
    const text = this.optional('master');
    if (text === undefined) return undefined;
    const parsed = parseMasterUrls(text);
    if (!parsed.ok) this.problems.push(`\`--master\`: ${parsed.error}`);
    return parsed.ok ? parsed.urls : undefined;
  }

  simulation(readFile: ReadFile): SimulationPlan | undefined {
    const text = this.optional('sim');
    if (text === undefined) return undefined;
    try {
      return readSimulationAddress(text, readFile);
    } catch (error) {
      this.problems.push(`\`--sim\`: ${(error as Error).message}`);
      return undefined;
    }
  }

  credentials(readFile: ReadFile): readonly Credential[] | undefined {
    const path = this.optional('credentials');
    if (path === undefined) return undefined;
    try {
      const { credentials } = JSON.parse(readFile(path)) as { credentials?: readonly Partial<Credential>[] };
      const isWhole = credentials?.every(({ principal, secret }) => principal && secret) ?? false;
      if (isWhole) return credentials as readonly Credential[];
      this.problems.push(`\`--credentials\`: ${path} holds no {"credentials": [{"principal", "secret"}]}`);
    } catch (error) {
      // What a parser quotes could be a secret.
      const reason = (error as NodeJS.ErrnoException).code ?? 'it is no JSON';
      this.problems.push(`\`--credentials\`: ${path} cannot be read: ${reason}`);
    }
    return undefined;
  }

  private wrong<V>(name: FlagName, expected: string, instead: V): V {
    this.problems.push(`\`--${name}\` must be ${expected}, not \`${this.text(name)}\``);
    return instead;
  }
}
