import { describe, expect, it } from 'vitest';
import { readCommandLine, type ClusterPlan } from './command-line.js';
import { FLAGS, helpText } from './flags.js';

const CREDENTIALS = '{"credentials": [{"principal": "p", "secret": "hush"}]}';

function planOf(...argv: readonly string[]): ClusterPlan {
  const read = readCommandLine(argv, () => CREDENTIALS);
  if (!read.ok || read.action !== 'start') throw new Error(JSON.stringify(read));
  return read.plan;
}

function problemsOf(...argv: readonly string[]): string {
  const read = readCommandLine(argv, (path) => (path === 'odd' ? '{"secret": "hush"' : CREDENTIALS));
  if (read.ok) throw new Error('nothing is wrong');
  return read.problems.join('\n');
}

const domainOf = (zone: string) => ({ fault_domain: { region: { name: 'eu' }, zone: { name: zone } } });

describe('the command line', () => {
  it('is a master with an agent on loopback without flags', () => {
    expect(planOf()).toMatchObject({
      role: 'all',
      zooKeeper: undefined,
      master: { ip: '127.0.0.1', port: 5050, allocationIntervalMs: 100, agentReregisterTimeoutMs: 600_000 },
      agents: { count: 1, ip: '127.0.0.1', firstPort: 5051 },
      testApi: false,
      stopTasks: false,
    });
  });

  it('takes names with - or _, and values with or without =', () => {
    expect(planOf('--work-dir=/w', '--agent_port', '0', '--test-api', '--stop_tasks')).toMatchObject({
      workDir: '/w',
      agents: { firstPort: 0 },
      testApi: true,
      stopTasks: true,
    });
  });

  it('gives one attribute and one domain to all agents, or one to each', () => {
    const plan = planOf('--agents', '2', '--attributes', 'rack:a|rack:b', '--domain', 'eu/a|eu/b');
    expect(plan.master.domain).toEqual(domainOf('a'));
    expect(plan.agents.overrides).toEqual([
      { attributes: 'rack:a', domain: domainOf('a') },
      { attributes: 'rack:b', domain: domainOf('b') },
    ]);
    expect(planOf('--agents', '2', '--attributes', 'rack:a').agents.overrides).toMatchObject([
      { attributes: 'rack:a' },
      { attributes: 'rack:a' },
    ]);
  });

  it('puts masters and agents under ZooKeeper', () => {
    const zooKeeper = { servers: ['h1:2181', 'h2:1'], path: '/mesos', credentials: 'u:p' };
    const zk = ['--zk', 'zk://u:p@h1,h2:1/mesos', '--zk_session_timeout', '2secs'];
    for (const role of ['all', 'master', 'agent'])
      expect(planOf('--role', role, ...zk)).toMatchObject({ role, zooKeeper, zkSessionTimeoutMs: 2000 });
  });

  it('lets agents find masters by address, and frameworks authenticate', () => {
    expect(planOf('--role', 'agent', '--master', 'm1,m2:1').masters?.map(({ host }) => host)).toEqual([
      'm1:5050',
      'm2:1',
    ]);
    expect(planOf('--credentials', 'file').master).toMatchObject({
      authenticateHttpFrameworks: true,
      credentials: [{ principal: 'p', secret: 'hush' }],
    });
  });

  it.each([
    [['--nope'], '`--nope` is no flag of this program'],
    [['stray'], '`stray` is no flag'],
    [['--port'], '`--port` needs a value'],
    [['--port', '--agents', '1'], '`--port` needs a value'],
    [['--port', '1', '--port=2'], '`--port` is given twice'],
    [['--port', '65536'], '`--port` must be a whole number from 0 to 65535, not `65536`'],
    [['--test_api=true'], '`--test_api` takes no value'],
    [['--role', 'boss'], '`--role` must be one of all, master, agent'],
    [['--ip', 'localhost'], '`--ip` must be an IP address'],
    [['--allocation_interval', '5s'], '`--allocation_interval` must be a time such as'],
    [['--resources', 'cpus'], '`--resources` must be resources'],
    [['--agents', '3', '--attributes', 'a:1|a:2'], 'one text for all agents, or one for each of 3'],
    [['--domain', 'eu'], '`--domain` must be REGION/ZONE'],
    [['--zk', 'zk://u:hush@h'], '`--zk` is no ZooKeeper address: the path is missing'],
    [['--role', 'agent'], 'needs either `--zk` or `--master`'],
    [['--role', 'agent', '--zk', 'zk://h/m', '--master', 'm'], 'needs either `--zk` or `--master`'],
    [['--master', 'm'], '`--master` needs `--role agent`'],
    [['--role', 'master', '--agents', '2'], '`--agents` has no meaning with `--role master`'],
    [['--role', 'agent', '--master', 'm', '--port', '1'], '`--port` has no meaning with `--role agent`'],
    [['--zk_session_timeout', '1secs'], 'has no meaning without `--zk`'],
    [['--test_api', '--zk', 'zk://h/m'], '`--test_api` needs master and agents in one process'],
    [['--credentials', 'odd'], '`--credentials`: odd cannot be read: it is no JSON'],
  ])('%j is refused with the reason', (argv, reason) => {
    expect(problemsOf(...argv)).toContain(reason);
    expect(problemsOf(...argv)).not.toContain('hush');
  });

  it('finds everything that is wrong at once', () => {
    expect(problemsOf('--port', 'x', '--agents', '0').split('\n')).toHaveLength(2);
  });
});

it('the help names every flag', () => {
  expect(readCommandLine(['--port', '--help'])).toEqual({ ok: true, action: 'help' });
  const text = helpText(80);
  for (const name of Object.keys(FLAGS)) expect(text).toContain(`  --${name}`);
});
