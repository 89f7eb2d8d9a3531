import { describe, expect, it } from 'vitest';
import { loaded, refusal } from './load-configuration.fixture.js';

const KAFKA = ['--event_log', 'kafka://b1/ekiden'];
const MESOS = ['--master', 'http://m:5050'];

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
    const { configuration, warnings } = loaded({ argv: [...KAFKA, ...MESOS, ...zk, ...flags] });
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
