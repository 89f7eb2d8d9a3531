import { describe, expect, it } from 'vitest';
import { load, loaded, refusal, type Sources } from './load-configuration.fixture.js';
import { settingLines } from './resolve/settings-report.js';

describe('defaults', () => {
  it('start on this machine only, over a local cluster and a file in ./data', () => {
    const { configuration, action, warnings } = loaded();
    expect(action).toBe('start');
    expect(warnings).toEqual([]);
    expect(configuration).toMatchObject({
      master: { kind: 'local', agents: 1 },
      httpAddress: '127.0.0.1',
      httpPort: 8080,
      dataDir: './data',
      eventLog: { kind: 'sqlite', path: undefined },
      hostname: 'node1',
      mesosUser: 'ops',
      keepTasks: false,
    });
  });

  it('are those of Marathon, also for flags that only /v2/info prints', () => {
    expect(loaded().configuration).toMatchObject({
      declineOfferDurationMs: 120_000,
      failoverTimeoutSeconds: 604_800,
      launchTokens: 100,
      reconciliationIntervalMs: 600_000,
      leaderProxyReadTimeoutMs: 10_000,
      mesosBridgeName: 'mesos-bridge',
      newGroupEnforceRole: 'off',
      storeCache: true,
      taskReservationTimeoutMs: 20_000,
      zk: 'zk://localhost:2181/marathon',
      zkMaxNodeSizeBytes: 1_024_000,
      webuiUrl: undefined,
    });
  });
});

describe('spellings', () => {
  it.each<[string, Sources, object]>([
    ['--name value', { argv: ['--framework_name', 'x'] }, { frameworkName: 'x' }],
    ['--name=value', { argv: ['--framework_name=x=y'] }, { frameworkName: 'x=y' }],
    ['dashes', { argv: ['--framework-name', 'x'] }, { frameworkName: 'x' }],
    ['toggle off', { argv: ['--disable_checkpoint'] }, { checkpoint: false }],
    ['toggle off with dashes', { argv: ['--disable-checkpoint'] }, { checkpoint: false }],
    ['toggle on', { argv: ['--mesos_authentication=false'] }, { mesosAuthentication: false }],
    ['bare', { argv: ['--keep_tasks', '--http_port', '1'] }, { keepTasks: true, httpPort: 1 }],
    ['MARATHON_', { env: { MARATHON_HTTP_PORT: '9090' } }, { httpPort: 9090 }],
    ['EKIDEN_', { env: { EKIDEN_HTTP_PORT: '9090' } }, { httpPort: 9090 }],
    ['toggle variable', { env: { MARATHON_DISABLE_CHECKPOINT: '' } }, { checkpoint: false }],
    ['toggle variable with a value', { env: { MARATHON_CHECKPOINT: 'no' } }, { checkpoint: false }],
    ['negated toggle with a value', { env: { MARATHON_DISABLE_CHECKPOINT: 'off' } }, { checkpoint: true }],
    [
      'list',
      { argv: ['--enable_features', 'vips, gpu_resources,'] },
      { enableFeatures: ['vips', 'gpu_resources'] },
    ],
    [
      'a default variable',
      { env: { MESOSPHERE_HTTP_CREDENTIALS: 'a:b' } },
      { httpCredentials: { user: 'a', password: 'b' } },
    ],
    ['mem', { argv: ['--internal_store_backend', 'mem'] }, { eventLog: { kind: 'memory' } }],
    [
      'sqlite path',
      { argv: ['--event_log', 'sqlite:/x/y.db'] },
      { eventLog: { kind: 'sqlite', path: '/x/y.db' } },
    ],
    ['an older name', { argv: ['--max_tasks_per_offer', '3'] }, { maxInstancesPerOffer: 3 }],
    [
      'a password with colons',
      { argv: ['--http_credentials', 'u:p:q'] },
      { httpCredentials: { user: 'u', password: 'p:q' } },
    ],
  ])('%s', (_, sources, expected) => {
    expect(loaded(sources).configuration).toMatchObject(expected);
  });

  it('of variables inside a task of another server are not flags', () => {
    expect(loaded({ env: { MARATHON_APP_ID: '/x', MARATHON_APP_VERSION: '1' } }).warnings).toEqual([]);
  });

  it('passes over the variables of the command line', () => {
    const env = { EKIDEN_URL: 'http://a', EKIDEN_CREDENTIALS: 'a:b', EKIDEN_WEBHOOK_SECRET: 'x' };
    expect(loaded({ argv: ['--strict_env'], env }).warnings).toEqual([]);
  });
});

describe('precedence', () => {
  const files = {
    'c.json': '{"http_port": 1, "framework-name": "file", "checkpoint": false, "enable_features": ["vips"]}',
  };

  it('is command line, EKIDEN_, MARATHON_, file, default', () => {
    const all = { MARATHON_HTTP_PORT: '2', EKIDEN_HTTP_PORT: '3', MARATHON_CONFIG: 'c.json' };
    expect(loaded({ files, env: { MARATHON_CONFIG: 'c.json' } }).configuration.httpPort).toBe(1);
    expect(
      loaded({ files, env: { MARATHON_HTTP_PORT: '2', MARATHON_CONFIG: 'c.json' } }).configuration.httpPort,
    ).toBe(2);
    expect(loaded({ files, env: all }).configuration.httpPort).toBe(3);
    const top = loaded({ files, env: all, argv: ['--http-port', '4'] });
    expect(top.configuration.httpPort).toBe(4);
    expect(top.warnings).toContain('`--http-port` wins over EKIDEN_HTTP_PORT');
  });

  it('is told for /config and the start log, with secrets masked', () => {
    const { settings } = loaded({
      files,
      argv: [
        '--config',
        'c.json',
        '--http_credentials',
        'u:hidden',
        '--master',
        'zk://u:hidden@m:2181/mesos',
      ],
      env: { MARATHON_MESOS_ROLE: 'prod' },
    });
    expect(settings).toMatchObject({
      http_port: { value: 1, source: 'file' },
      enable_features: { value: ['vips'], source: 'file' },
      checkpoint: { value: false, source: 'file' },
      mesos_role: { value: 'prod', source: 'env' },
      http_credentials: { value: '***', source: 'cli' },
      master: { value: 'zk://xxxxxxxx:xxxxxxxx@m:2181/mesos', source: 'cli' },
      webui_url: { value: null, source: 'default' },
      failover_timeout: { value: 604_800, source: 'default' },
    });
    expect(settings).not.toHaveProperty('zk_compression');
    expect(JSON.stringify(settings)).not.toContain('hidden');
    const lines = settingLines(settings);
    expect(lines).toContain('* --http_port 1');
    expect(lines).toContain('  --failover_timeout 604800');
    expect(lines).toContain('* --http_credentials ***');
  });
});

describe('secret files', () => {
  const argv = [
    '--mesos_authentication',
    '--mesos_authentication_principal',
    'p',
    '--mesos_authentication_secret_file',
    's',
  ];

  it('give the secret without the last line end', () => {
    const { configuration, settings } = loaded({ argv, files: { s: 'hush\n' } });
    expect(configuration.mesosAuthenticationSecret).toBe('hush');
    expect(settings['mesos_authentication_secret']).toEqual({ value: '***', source: 'cli' });
  });

  it.each<[string, Sources, RegExp]>([
    ['that are missing', { argv }, /`s` cannot be read: no such file/],
    [
      'beside the secret',
      { argv: [...argv, '--mesos_authentication_secret', 'x'], files: { s: 'y' } },
      /exclude each other/,
    ],
    [
      'with a colon',
      { argv, files: { s: 'a:b' } },
      /^`--mesos_authentication_secret` must be a text without a colon \(from/,
    ],
  ])('%s stop the start', (_, sources, message) => {
    expect(refusal(sources)).toEqual([expect.stringMatching(message)]);
  });
});

describe('warnings', () => {
  it.each<[string, Sources, RegExp]>([
    [
      'flag without effect',
      { argv: ['--disable_store_cache'] },
      /^`--store_cache` is accepted and has no effect$/,
    ],
    [
      'flag of an older release',
      { argv: ['--revive_offers_for_new_apps'] },
      /belongs to an older release and has no effect/,
    ],
    [
      'older name',
      { env: { MARATHON_MAX_TASKS_PER_OFFER: '3' } },
      /`MARATHON_MAX_TASKS_PER_OFFER` is now `--max_instances_per_offer`/,
    ],
    [
      'unknown variable',
      { env: { MARATHON_HTTP_PROT: '1' } },
      /`MARATHON_HTTP_PROT` is not a known flag: did you mean --http_port\?/,
    ],
    ['variable of the JVM', { env: { JAVA_OPTS: '-Xmx1g' } }, /^JAVA_OPTS has no effect/],
    ['no checkpoints', { argv: ['--disable_checkpoint'] }, /tasks die whenever their agent restarts/],
    [
      'inline secret',
      { argv: ['--mesos_authentication_secret', 's'] },
      /use `--mesos_authentication_secret_file`/,
    ],
    ['both listeners', { argv: ['--tls_cert', 'c', '--tls_key', 'k'] }, /`--disable_http` closes it/],
    ['port of no listener', { argv: ['--https_port', '1'] }, /`--https_port` has no effect without TLS/],
    ['credentials without TLS', { argv: ['--http_credentials', 'a:b'] }, /unencrypted/],
    [
      'open to the network',
      { argv: ['--http_address', '0.0.0.0'] },
      /whoever reaches this port can run commands/,
    ],
    [
      'open to the network over TLS',
      { argv: ['--https_address', '0.0.0.0', '--disable_http', '--tls_cert', 'c', '--tls_key', 'k'] },
      /^`--https_address 0.0.0.0` without `--http_credentials`/,
    ],
    ['master without scheme', { argv: ['--master', 'm1:5050'] }, /deprecated; write http:\/\/m1:5050/],
  ])('%s', (_, sources, message) => {
    expect(loaded(sources).warnings).toEqual([expect.stringMatching(message)]);
  });
});

describe('actions', () => {
  it.each([
    ['--help', 'help'],
    ['--help-all', 'help-all'],
    ['--help_all', 'help-all'],
    ['--version', 'version'],
  ])('%s', (argument, action) => {
    expect(load({ argv: ['--nonsense', argument] })).toEqual({ ok: true, action });
  });

  it('--check_config checks everything and does not start', () => {
    expect(loaded({ argv: ['--check_config'] }).action).toBe('check');
    expect(load({ argv: ['--check_config', '--http_port', 'x'] }).ok).toBe(false);
  });
});
