import { describe, expect, it } from 'vitest';
import { loaded, refusal } from './load-configuration.fixture.js';

const KAFKA = ['--event_log', 'kafka://b1/ekiden'];
const MESOS = ['--master', 'http://m:5050'];
const PASSWORD = ['--http_credentials', 'u:p'];
/** Reached from elsewhere by those who have a certificate. */
const SAFE = [
  '--hostname',
  'o1',
  '--http_address',
  '0.0.0.0',
  '--disable_http',
  '--tls_cert',
  '/c',
  '--tls_key',
  '/k',
  '--tls_client_ca',
  '/a',
];

describe('the address of a shared log', () => {
  it.each([
    ['kafka://b1,b2:9093/ekiden', ['b1:9092', 'b2:9093'], 'ekiden'],
    ['kafka://[::1]:1/a.b_c-D9', ['[::1]:1'], 'a.b_c-D9'],
    ['kafka://b1,b1:9092/t', ['b1:9092'], 't'],
  ])('%s', (text, brokers, topic) => {
    const { configuration, settings } = loaded({ argv: ['--event_log', text, ...MESOS] });
    expect(configuration.eventLog).toEqual({ kind: 'kafka', brokers, topic });
    expect(settings['event_log']?.value).toBe(`kafka://${brokers.join(',')}/${topic}`);
  });

  it.each([
    ['kafka:b1/t', /must be `sqlite`/],
    ['kafka://b1', /must be `sqlite`/],
    ['kafka:///t', /names the broker ``/],
    ['kafka://b1:99999/t', /names the broker `b1:99999`/],
    ['kafka://b1/', /names the topic ``/],
    ['kafka://b1/..', /names the topic `..`/],
    ['kafka://b1/a/b', /names the topic `a\/b`/],
    ['kafka://me:secret@b1/t', /must not hold credentials/],
  ])('%s is refused', (text, message) => {
    const messages = refusal({ argv: ['--event_log', text, ...MESOS] });
    expect(messages).toEqual([expect.stringMatching(message)]);
    expect(messages.join()).not.toContain('secret');
  });
});

describe('an election', () => {
  it.each([
    ['has its nodes', [], ['api', 'scheduler']],
    ['knows nodes that never lead', ['--roles', 'api'], ['api']],
    ['takes roles in any order', ['--roles', 'scheduler,api'], ['api', 'scheduler']],
  ])('%s', (_, flags, roles) => {
    const zk = ['--zk', 'zk://u:p@z1,z2/ekiden', '--election_path', '/e/l', '--zk_session_timeout', '4000'];
    const { configuration, warnings } = loaded({ argv: [...KAFKA, ...MESOS, ...SAFE, ...zk, ...flags] });
    expect(configuration).toMatchObject({ roles, ha: true, electionPath: '/e/l', zkSessionTimeoutMs: 4000 });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['with a log of its own', ['--ha'], /`--ha` needs a log that several nodes share/],
    ['with nobody to lead', ['--roles', 'api'], /`--roles api` needs a log that it shares/],
    ['with a node that nobody can forward to', ['--roles', 'scheduler'], /must contain `api`/],
    ['over a cluster of one node', KAFKA, /`--master local` starts a cluster that only this node knows/],
    [
      'that an API would not hear of',
      [...KAFKA, '--roles', 'api', '--disable_ha'],
      /`--roles api` needs a log that it shares/,
    ],
    ['at an odd path', ['--election_path', 'x'], /must be an absolute path/],
  ])('is refused %s', (_, argv, message) => {
    expect(refusal({ argv })).toEqual([expect.stringMatching(message)]);
  });

  it.each([[['--zk', 'zk://z/p']], [['--zk', 'zk://z/p', ...KAFKA, '--disable_ha']]])(
    'that is not held says so: %j',
    (argv) => {
      expect(loaded({ argv }).warnings).toEqual([expect.stringMatching(/`--zk` is not used/)]);
    },
  );
});

describe('a node of a cluster warns', () => {
  it.each([
    ['that listens on loopback', [], /cannot reach this node: set `--http_address` and `--hostname`/],
    ['that is called so', [...SAFE, '--hostname=127.0.0.1'], /cannot reach this node: set `--http_address`/],
    [
      'with TLS alone on loopback',
      [...SAFE, '--https_address', '127.0.0.1'],
      /cannot reach this node: set `--https_address`/,
    ],
    [
      'that sends a password to whom ZooKeeper names',
      [...SAFE, ...PASSWORD],
      /whoever reaches ZooKeeper can name himself the leader/,
    ],
    [
      'with authorities for a hop without TLS',
      [...SAFE.filter((flag) => flag !== '--disable_http'), '--tls_ca', '/x'],
      /`--tls_ca` is not used: nodes speak plain HTTP/,
    ],
  ])('%s', (_, flags, message) => {
    const argv = [...KAFKA, ...MESOS, ...withoutRepeats(flags)];
    expect(loaded({ argv }).warnings).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  it('of nothing when it is safe', () => {
    const argv = [...KAFKA, ...MESOS, ...SAFE, ...PASSWORD, '--zk', 'zk://u:p@z/p', '--tls_ca', '/x'];
    expect(loaded({ argv }).warnings).toEqual([]);
  });

  it.each([
    ['kafka_replication_factor', '1', /the event log is not on Kafka/],
    ['kafka_tls', 'true', /the event log is not on Kafka/],
    ['leader_wait_timeout', '1', /without an election/],
    ['standby_serves_nothing', 'true', /without an election/],
    ['leader_proxy_read_timeout', '1', /without an election/],
    ['leader_proxy_ssl_ignore_hostname', 'true', /without an election/],
    ['tls_ca', '/x', /without an election/],
  ])('of --%s, which is not used by one that is alone', (flag, value, reason) => {
    const { warnings } = loaded({ env: { [`EKIDEN_${flag.toUpperCase()}`]: value } });
    expect(warnings).toEqual([expect.stringMatching(reason)]);
    expect(warnings[0]).toContain(`\`--${flag}\` is not used`);
  });
});

/** A flag that is given again, as `--flag=value`, replaces the one before. */
function withoutRepeats(flags: readonly string[]): readonly string[] {
  const again = flags.filter((word) => word.includes('=')).map((word) => word.split('=')[0]);
  return flags.filter((word, index) => !again.includes(word) && !again.includes(flags[index - 1] ?? ''));
}
