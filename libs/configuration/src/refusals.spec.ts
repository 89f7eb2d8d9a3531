import { describe, expect, it } from 'vitest';
import { load, loaded, refusal, type Sources } from './load-configuration.fixture.js';

describe('refusals', () => {
  it.each<[string, Sources, RegExp]>([
    [
      'unknown flag',
      { argv: ['--framwork_name', 'x'] },
      /^`--framwork_name` is not a known flag: did you mean --framework_name\?$/,
    ],
    [
      'unknown flag, nothing close',
      { argv: ['--zzz'] },
      /^`--zzz` is not a known flag: --help lists the flags$/,
    ],
    ['excess argument', { argv: ['start'] }, /`start` is an excess argument/],
    ['single letter', { argv: ['-h'] }, /`-h` is an excess argument/],
    ['missing value', { argv: ['--http_port', '--keep_tasks'] }, /^`--http_port` needs a value$/],
    ['empty variable', { env: { MARATHON_HOSTNAME: '' } }, /^`MARATHON_HOSTNAME` needs a value$/],
    ['twice', { argv: ['--http_port', '1', '--http_port', '2'] }, /^`--http_port` is given twice$/],
    [
      'twice, both spellings',
      { argv: ['--http_port', '1', '--http-port=2'] },
      /`--http_port` and `--http-port` set the same flag/,
    ],
    [
      'on and off',
      { env: { MARATHON_CHECKPOINT: '', MARATHON_DISABLE_CHECKPOINT: '' } },
      /set the same flag/,
    ],
    [
      'no number',
      { argv: ['--http_port', 'abc'] },
      /^`--http_port` must be a whole number from 0 to 65535, not `abc`$/,
    ],
    ['out of range', { env: { MARATHON_HTTP_PORT: '65536' } }, /not `65536` \(from MARATHON_HTTP_PORT\)$/],
    ['longer than a timer', { argv: ['--kill_retry_timeout', '2147483648'] }, /from 1 to 2147483647/],
    [
      'no word of the choice',
      { argv: ['--gpu_scheduling_behavior', 'undefined'] },
      /one of restricted, unrestricted, not `undefined`/,
    ],
    ['no boolean', { env: { MARATHON_CHECKPOINT: 'maybe' } }, /must be true or false, not `maybe`/],
    ['no address', { argv: ['--http_address', 'localhost'] }, /must be an IP address/],
    ['no version', { argv: ['--emulated_version', '1.11'] }, /a version such as 1\.11\.0/],
    [
      'credentials without colon',
      { argv: ['--http_credentials', 'hush'] },
      /^`--http_credentials` must be user:password, neither part empty$/,
    ],
    ['credentials with an empty part', { argv: ['--http_credentials', ':hush'] }, /neither part empty$/],
    [
      'unknown feature',
      { argv: ['--enable_features', 'vip'] },
      /unknown feature `vip`; known are vips, task_killing, gpu_resources, http_callbacks/,
    ],
    [
      'removed feature name',
      { argv: ['--enable_features', 'maintenance_mode'] },
      /use --\[disable_\]maintenance_mode/,
    ],
    [
      'removed flag',
      { argv: ['--default_accepted_resource_roles', '*'] },
      /no longer accepted: use --accepted_resource_roles/,
    ],
    [
      'removed older flag',
      { argv: ['--artifact_store', 'x'] },
      /no longer accepted: artifact upload is gone/,
    ],
    [
      'removed deprecated feature',
      { argv: ['--deprecated_features', 'app_c'] },
      /`app_c`, which was removed/,
    ],
    [
      'no network',
      { argv: ['--trusted_proxies', '10.0.0.0/33'] },
      /`10\.0\.0\.0\/33`, which is no IP address or network/,
    ],
    [
      'ports the wrong way round',
      { argv: ['--local_port_min', '30000'] },
      /\(30000\) is above `--local_port_max` \(20000\)/,
    ],
    [
      'authentication without principal',
      { argv: ['--mesos_authentication', '--mesos_authentication_secret', 's'] },
      /needs `--mesos_authentication_principal`/,
    ],
    [
      'authentication without secret',
      { argv: ['--mesos_authentication', '--mesos_authentication_principal', 'p'] },
      /needs `--mesos_authentication_secret_file`/,
    ],
    [
      'keep_tasks on a real Mesos',
      { argv: ['--keep_tasks', '--master', 'http://m:5050'] },
      /needs `--master local`/,
    ],
    ['certificate without key', { argv: ['--tls_cert', '/c'] }, /^`--tls_cert` needs `--tls_key`$/],
    ['key without certificate', { argv: ['--tls_key', '/k'] }, /^`--tls_key` needs `--tls_cert`$/],
    [
      'key store without password',
      { env: { MESOSPHERE_KEYSTORE_PATH: '/k' } },
      /^`--ssl_keystore_path` needs `--ssl_keystore_password`$/,
    ],
    [
      'password without key store',
      { env: { MESOSPHERE_KEYSTORE_PASS: 's' } },
      /^`--ssl_keystore_password` needs `--ssl_keystore_path`$/,
    ],
    ['no listener', { argv: ['--disable_http'] }, /^`--disable_http` needs .*nothing would listen$/],
    [
      'authorities of clients without TLS',
      { argv: ['--tls_client_ca', '/c'] },
      /^`--tls_client_ca` needs `--tls_cert`/,
    ],
    [
      'two identities',
      {
        argv: [
          '--tls_cert',
          '/c',
          '--tls_key',
          '/k',
          '--ssl_keystore_path',
          '/s',
          '--ssl_keystore_password',
          'p',
        ],
      },
      /^`--tls_cert` and `--ssl_keystore_path` exclude each other$/,
    ],
    [
      'authorities of clients beside a key store',
      { argv: ['--ssl_keystore_path', '/s', '--ssl_keystore_password', 'p', '--tls_client_ca', '/c'] },
      /^`--tls_client_ca` needs `--tls_cert` and `--tls_key` instead/,
    ],
    [
      'callbacks without a subscriber',
      { argv: ['--http_endpoints', 'http://h/'] },
      /^`--http_endpoints` needs `--event_subscriber http_callback`/,
    ],
    [
      'callback with credentials',
      { argv: ['--event_subscriber', 'http_callback', '--http_endpoints', 'http://u:p@h/'] },
      /addresses without credentials/,
    ],
    [
      'two logs',
      { argv: ['--event_log', 'sqlite', '--internal_store_backend', 'mem'] },
      /exclude each other/,
    ],
    [
      'file that is missing',
      { argv: ['--config', 'none.json'] },
      /^`none\.json` cannot be read: no such file$/,
    ],
    ['YAML', { argv: ['--config', 'c.yaml'] }, /reads JSON only; `c\.yaml` looks like YAML/],
    [
      'no JSON',
      { argv: ['--config', 'c'], files: { c: '{"a"：1}' } },
      /^`--config`: `c` is not JSON: .*position/,
    ],
    ['no JSON object', { argv: ['--config', 'c'], files: { c: '[]' } }, /must hold one JSON object/],
    [
      'unknown key of the file',
      { argv: ['--config', 'c'], files: { c: '{"http_prt": 1}' } },
      /`http_prt in c` is not a known flag: did you mean --http_port\?/,
    ],
    [
      'nested value in the file',
      { argv: ['--config', 'c'], files: { c: '{"http_port": {}}' } },
      /must be a text, number, boolean or list/,
    ],
    [
      'strict environment',
      { env: { MARATHON_NOPE: '1', MARATHON_STRICT_ENV: '' } },
      /^`MARATHON_NOPE` is not a known flag/,
    ],
  ])('%s', (_, sources, message) => {
    expect(refusal(sources)).toEqual([expect.stringMatching(message)]);
  });

  it('come all together, with exit code 112', () => {
    const result = load({ argv: ['--http_port', 'x', '--nope'], env: { MARATHON_HTTP_REALM: '"' } });
    expect(result).toMatchObject({ ok: false, exitCode: 112 });
    expect('messages' in result && result.messages).toHaveLength(3);
  });

  it('never show a secret', () => {
    const messages = refusal({ argv: ['--http_credentials', 'hush', '--master', 'ftp://u:hush@m'] });
    expect(messages).toHaveLength(2);
    expect(messages.join()).not.toContain('hush');
  });
});

describe('what this version does not do', () => {
  it.each([
    ['--metrics_statsd'],
    ['--plugin_dir', '/p'],
    ['--backup_location', 'file:///b'],
    ['--sentry', 'https://s'],
    ['--logstash', 'udp://h:1'],
    ['--maintenance_drain'],
    ['--task_reservation_timeout', '1'],
    ['--enable_features', 'secrets'],
    ['--deprecated_features', 'proxy_events'],
  ])('stops the start: %s %s', (...argv) => {
    const messages = refusal({ argv });
    expect(messages).toEqual([expect.stringMatching(/^`--.* is not supported by this version of Ekiden/)]);
  });

  it('also when a variable asks for it', () => {
    expect(refusal({ env: { MARATHON_SENTRY: 'https://s', MARATHON_BACKUP_LOCATION: 'b' } })).toEqual([
      '`--backup_location` is not supported by this version of Ekiden (from MARATHON_BACKUP_LOCATION)',
      '`--sentry` is not supported by this version of Ekiden (from MARATHON_SENTRY)',
    ]);
  });

  it.each([
    ['--disable_ha'],
    ['--disable_metrics_statsd'],
    ['--metrics_histogram_reservoir_resetting_chunks', '0'],
  ])('accepts what it does anyway: %s %s', (...argv) => {
    expect(loaded({ argv }).warnings).toEqual([]);
  });
});
