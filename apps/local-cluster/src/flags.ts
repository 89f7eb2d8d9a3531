/** Which parts of a cluster a process runs. */
export type Role = 'all' | 'master' | 'agent';

/** One flag of the program. */
export interface FlagRow {
  /** Stands for the value in the help; a flag without one is a switch. */
  readonly placeholder?: string;
  readonly description: string;
  /** Shown in the help. */
  readonly default?: string;
  /** The part that it belongs to; without that part in the process it has no meaning. */
  readonly part?: 'master' | 'agent';
}

/** What the program can be told (`spec/local-cluster.md` §3); names as the reference spells them where it has them. */
export const FLAGS = {
  role: {
    placeholder: 'all|master|agent',
    description: 'What this process is: a master with agents, a master alone, or agents alone.',
    default: 'all',
  },
  work_dir: {
    placeholder: 'PATH',
    description:
      'Directory of the registry, the sandboxes and what agents remember. Masters of one --zk share it, as they share ' +
      'one registry; agents need one that no other process has its agents in.',
    default: './data/local-cluster',
  },
  zk: {
    placeholder: 'ZK_URL',
    description:
      'zk://[user:password@]host1:port1,host2:port2/path. Masters stand for election there and announce themselves as ' +
      'Mesos masters do; agents, and Ekiden with the same --master, find the one that leads.',
  },
  zk_session_timeout: {
    placeholder: 'TIME',
    description: 'How long ZooKeeper waits for a process that has fallen silent.',
    default: '10secs',
  },
  master: {
    placeholder: 'MASTERS',
    description: 'Where agents look for the master without --zk: host:port, or a list of them.',
    part: 'agent',
  },
  ip: { placeholder: 'IP', description: 'Address to listen on.', default: '127.0.0.1' },
  hostname: { placeholder: 'HOST', description: 'Name to announce instead of the address.' },
  port: {
    placeholder: 'PORT',
    description: 'Port of the master; 0 takes a free one.',
    default: '5050',
    part: 'master',
  },
  roles: {
    placeholder: 'ROLE,…',
    description: 'The only roles that frameworks may have.',
    part: 'master',
  },
  allocation_interval: {
    placeholder: 'TIME',
    description: 'Pause between two rounds of offers.',
    default: '100ms',
    part: 'master',
  },
  heartbeat_interval: {
    placeholder: 'TIME',
    description: 'Pause between two signs of life to a framework.',
    default: '15secs',
    part: 'master',
  },
  agent_ping_timeout: {
    placeholder: 'TIME',
    description: 'Pause between two pings of an agent.',
    default: '15secs',
    part: 'master',
  },
  max_agent_ping_timeouts: {
    placeholder: 'N',
    description: 'So many pings in a row without an answer make an agent unreachable.',
    default: '5',
    part: 'master',
  },
  agent_reregister_timeout: {
    placeholder: 'TIME',
    description:
      'How long agents may stay away after a failover of the master, or when their connection broke.',
    default: '10mins',
    part: 'master',
  },
  credentials: {
    placeholder: 'PATH',
    description:
      'Frameworks have to authenticate with one of these: {"credentials": [{"principal": "…", "secret": "…"}]}.',
    part: 'master',
  },
  test_api: {
    description:
      'Serve the control API for tests under /_control/. Needs master and agents in one process, without --zk.',
    part: 'master',
  },
  agents: { placeholder: 'N', description: 'Number of agents.', default: '1', part: 'agent' },
  agent_port: {
    placeholder: 'PORT',
    description: 'Port of the first agent, the others follow; 0 takes free ones.',
    default: '5051',
    part: 'agent',
  },
  resources: {
    placeholder: 'TEXT',
    description:
      'Resources of each agent, such as cpus:4;mem:8192. What is not named is detected and divided.',
    part: 'agent',
  },
  attributes: {
    placeholder: 'TEXT|…',
    description:
      'Attributes such as rack:r1;gen:3: one text for all agents, or one for each with | in between.',
    part: 'agent',
  },
  domain: {
    placeholder: 'REGION/ZONE|…',
    description: 'Fault domains: one for all agents, or one for each. The master is in the first one.',
  },
  sim: {
    placeholder: 'ADDRESS',
    description:
      'Simulate the agents instead of running tasks: sim://?agents=5000&cpus=32&mem=131072, or sim:FILE with a JSON file. ' +
      'See docs/simulated-cluster.md.',
  },
  journal: {
    description: 'With --sim: keep the journal of all calls and events for the control API.',
  },
  stop_tasks: {
    description: 'End all tasks when the agents are stopped; otherwise the next start finds them running.',
    part: 'agent',
  },
  help: { description: 'Show this text.' },
} as const satisfies Record<string, FlagRow>;

export type FlagName = keyof typeof FLAGS;

/** The text of `--help`. */
export function helpText(columns: number): string {
  const width = Math.max(40, columns) - 4;
  const lines = [
    'Usage: npm run local-cluster -- [--flag value]…',
    '',
    'A Mesos-compatible cluster on this machine that several Ekiden nodes can share and that outlives them:',
    '',
    '  npm run local-cluster -- --agents 3',
    '  npm start -- --master http://127.0.0.1:5050',
    '',
    'A rehearsal of a failover of the master: two masters under ZooKeeper, and agents that follow the leader.',
    '',
    '  npm run local-cluster -- --role master --port 5050 --zk zk://127.0.0.1:2181/mesos',
    '  npm run local-cluster -- --role master --port 5060 --zk zk://127.0.0.1:2181/mesos',
    '  npm run local-cluster -- --role agent --agents 3 --zk zk://127.0.0.1:2181/mesos',
    '  npm start -- --master zk://127.0.0.1:2181/mesos',
    '',
    'A simulated cluster of any size, for benchmarks and rehearsals; tasks are no processes there:',
    '',
    "  npm run local-cluster -- --sim 'sim://?agents=5000&cpus=32&mem=131072'",
    '',
    'Flags may be written with - or _, as --name value or --name=value. Times are 500ms, 15secs, 10mins or 1hrs.',
    '',
  ];
  for (const [name, row] of Object.entries<FlagRow>(FLAGS)) {
    const fallback = row.default === undefined ? '' : ` (default: ${row.default})`;
    lines.push(`  --${name}${row.placeholder === undefined ? '' : ` ${row.placeholder}`}`);
    lines.push(...wrap(row.description + fallback, width).map((line) => `      ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
