import { EventEmitter, once } from 'node:events';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { startApi, type ScriptedLeader, type TestApi } from './api.fixture.js';
import { appDefinition } from '../../../test/support/domain-objects.js';

/** The keys of `marathon_config`, which strict clients know by heart (`spec/rest-api.md` §12.1). */
const MARATHON_CONFIG_KEYS = [
  'access_control_allow_origin',
  'checkpoint',
  'decline_offer_duration',
  'default_network_name',
  'env_vars_prefix',
  'executor',
  'failover_timeout',
  'features',
  'framework_name',
  'ha',
  'hostname',
  'launch_token',
  'launch_token_refresh_interval',
  'leader_proxy_connection_timeout_ms',
  'leader_proxy_read_timeout_ms',
  'local_port_max',
  'local_port_min',
  'maintenance_mode',
  'master',
  'max_instances_per_offer',
  'mesos_bridge_name',
  'mesos_heartbeat_failure_threshold',
  'mesos_heartbeat_interval',
  'mesos_leader_ui_url',
  'mesos_role',
  'mesos_user',
  'min_revive_offers_interval',
  'new_group_enforce_role',
  'offer_matching_timeout',
  'on_elected_prepare_timeout',
  'reconciliation_initial_delay',
  'reconciliation_interval',
  'scale_apps_initial_delay',
  'scale_apps_interval',
  'store_cache',
  'task_launch_confirm_timeout',
  'task_launch_timeout',
  'task_lost_expunge_initial_delay',
  'task_lost_expunge_interval',
  'task_reservation_timeout',
  'webui_url',
];

let api: TestApi;

afterEach(() => api.close());

const http = () => request(api.url);

const statusOf = async (path: string) => (await http().get(path)).status;

async function serve(...flags: string[]) {
  api = await startApi(flags);
}

describe('paths and methods', () => {
  it.each([
    ['get', '/v2/nothing', 404],
    ['get', '/v2/pods/x', 404],
    ['get', '/', 404],
    ['get', '/ui/', 404],
    ['delete', '/v2/queue/foo', 404],
  ] as const)('%s %s is an unknown URI', async (method, path, status) => {
    await serve();
    const answer = await http()[method](path);
    expect([answer.status, answer.body]).toEqual([status, { message: 'URI not found' }]);
  });

  it.each([
    ['put', '/v2/leader', 'DELETE, GET, HEAD'],
    ['delete', '/v2/info', 'GET, HEAD'],
    ['post', '/v2/apps/foo', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['get', '/v2/apps/foo/tasks/t1', 'DELETE'],
    ['get', '/v2/apps/foo/restart', 'DELETE, POST'],
    ['put', '/v2/apps/foo/versions', 'GET, HEAD'],
    ['delete', '/v2/apps', 'GET, HEAD, PATCH, POST, PUT'],
    ['get', '/v2/tasks/delete', 'POST'],
    ['get', '/v2/events', 'GET, HEAD'],
  ] as const)('%s %s is not allowed', async (method, path, allow) => {
    await serve();
    const answer = await http()[method](path);
    expect([answer.status, answer.body]).toEqual([405, { message: 'Method Not Allowed' }]);
    expect(answer.headers['allow']).toBe(allow);
  });

  it('answers OPTIONS with the methods and HEAD with the head of GET', async () => {
    await serve();
    const options = await http().options('/v2/apps/foo/tasks').expect(200);
    expect(options.headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS');
    const head = await http().head('/v2/apps').expect(200);
    expect(head.headers['content-length']).toBe(String('{"apps":[]}'.length));
    expect(head.text).toBeUndefined();
  });

  it('refuses what it cannot produce', async () => {
    await serve();
    const answer = await http().get('/v2/apps').set('Accept', 'application/xml');
    expect([answer.status, answer.body]).toEqual([406, { message: 'Not Acceptable' }]);
    await http().get('/v2/apps').set('Accept', 'text/html, */*;q=0.1').expect(200);
  });

  it('takes a GET that carries a JSON content type and no body', async () => {
    await serve();
    const answer = await http().get('/v2/apps').set('Content-Type', 'application/json');
    expect(answer.status).toBe(200);
  });

  it('answers a malformed URL in the envelope', async () => {
    await serve();
    const answer = await fetch(`${api.url}/v2/apps/%zz`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/^\{"message":/)]);
  });

  it('answers a failure of the leader with 500 in the envelope', async () => {
    await serve();
    api.leader.decide = () => {
      throw new Error('broken');
    };
    const answer = await http().post('/v2/apps').send({ id: 'a' });
    expect([answer.status, answer.body]).toEqual([500, { message: 'broken' }]);
  });
});

describe('headers', () => {
  it('carries the protection and cache headers and the leader on every answer', async () => {
    await serve();
    const port = new URL(api.url).port;
    for (const path of ['/v2/apps', '/v2/nothing']) {
      expect((await http().get(path)).headers).toMatchObject({
        'cache-control': 'no-cache, no-store, must-revalidate',
        pragma: 'no-cache',
        expires: '0',
        'x-marathon-leader': `http://ekiden.example:${port}`,
        'x-frame-options': 'DENY',
        'x-xss-protection': '1; mode=block',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('compresses large answers when asked', async () => {
    await serve();
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label-${index}`, 'value']));
    await api.leader.append([{ type: 'AppCreated', data: { app: appDefinition({ labels }) } }]);
    api.leader.decide = () => ({ reply: { kind: 'done' } });
    await http().delete('/v2/queue/foo/delay');
    const zipped = await http().get('/v2/apps').set('Accept-Encoding', 'gzip');
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.body.apps).toHaveLength(1);
    const small = await http().get('/ping').set('Accept-Encoding', 'gzip');
    expect(small.headers).not.toHaveProperty('content-encoding');
  });
});

describe('basic authentication', () => {
  it('asks for credentials, splits them at the first colon and names the user in commands', async () => {
    await serve(
      '--http_credentials',
      'ada:pass:word',
      '--http_credentials_exempt',
      '/ping',
      '--http_realm',
      'R',
    );
    const refused = await http().get('/v2/apps');
    expect([refused.status, refused.body]).toEqual([401, { message: 'Invalid username or password.' }]);
    expect(refused.headers['www-authenticate']).toBe('Basic realm="R"');
    await http().get('/v2/apps').auth('ada', 'wrong').expect(401);
    await http().get('/ping').expect(200);
    await http().get('/v2/apps').auth('ada', 'pass:word').expect(200);
    await http().post('/v2/apps').auth('ada', 'pass:word').send({ id: 'a' });
    expect(api.leader.submitted[0]?.actor).toMatchObject({ kind: 'user', name: 'ada' });
  });
});

describe('cross-origin requests', () => {
  it('echoes listed origins, also on errors', async () => {
    await serve('--access_control_allow_origin', 'http://a.example,http://b.example');
    const answer = await http().get('/v2/nothing').set('Origin', 'http://a.example');
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'http://a.example',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-max-age': '86400',
      vary: 'Origin',
    });
    const foreign = await http().get('/v2/apps').set('Origin', 'http://c.example');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('answers preflights before it asks for credentials', async () => {
    await serve('--access_control_allow_origin', '*', '--http_credentials', 'ada:word');
    const answer = await http().options('/v2/apps').set({
      Origin: 'http://a.example',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'X-One, X-Two',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'X-One, X-Two',
    });
  });
});

describe('overload', () => {
  it('refuses requests above the limit until others have ended', async () => {
    await serve('--http_max_concurrent_requests', '1');
    const { entered, release } = holdBack(api.leader);
    const first = http()
      .delete('/v2/queue/a/delay')
      .then((answer) => answer.status);
    await entered;
    const refused = await http().get('/v2/apps');
    expect([refused.status, refused.body]).toEqual([
      503,
      { message: 'Too many concurrent requests! Allowed: 1.' },
    ]);
    await http().get('/ping').expect(200);
    release();
    expect(await first).toBe(204);
    await http().get('/v2/apps').expect(200);
  });
});

describe('system endpoints', () => {
  it.each([
    [undefined, 200, 'text/plain', 'pong'],
    ['*/*', 200, 'text/plain', 'pong'],
    ['application/json', 200, 'application/json', '"pong"'],
    ['text/html', 200, 'text/html', 'pong'],
    ['image/png', 204, undefined, ''],
  ])('ping for Accept %s', async (accept, status, type, body) => {
    await serve();
    const headers: Record<string, string> = accept === undefined ? {} : { accept };
    const answer = await fetch(`${api.url}/ping`, { headers });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
  });

  it('is ready when writes are taken', async () => {
    await serve();
    expect([await statusOf('/live'), await statusOf('/ready')]).toEqual([200, 200]);
    api.leader.status = { ...api.leader.status, ready: false };
    expect([await statusOf('/live'), await statusOf('/ready')]).toEqual([200, 503]);
  });

  it('tells about itself with the closed key set of the contract', async () => {
    await serve();
    await api.leader.append([
      { type: 'FrameworkRegistered', data: { frameworkId: 'fw-1', master: 'm.example' } },
    ]);
    const info = await http().get('/v2/info').expect(200);
    expect(Object.keys(info.body).toSorted()).toEqual(
      ['name', 'version', 'buildref', 'elected', 'leader', 'frameworkId']
        .concat(['marathon_config', 'zookeeper_config', 'http_config'])
        .toSorted(),
    );
    expect(info.body).toMatchObject({
      name: 'marathon',
      version: '1.11.0',
      elected: true,
      frameworkId: 'fw-1',
    });
    expect(Object.keys(info.body.marathon_config).toSorted()).toEqual(MARATHON_CONFIG_KEYS);
    expect(info.body.marathon_config).toMatchObject({ webui_url: null, new_group_enforce_role: 'Off' });
    expect(Object.keys(info.body.zookeeper_config)).toHaveLength(8);
    const leader = await http().get('/v2/leader').expect(200);
    expect(leader.body).toEqual({ leader: info.body.leader });
  });

  it('shows no credentials of addresses', async () => {
    const addresses = {
      '--zk': 'zk://ada:hu@sh@z1,z2/marathon',
      '--master': 'zk://ada:hush@m/mesos',
      '--mesos_leader_ui_url': 'http://ada:hush@mesos.example',
      '--webui_url': 'http://ada:hush@ui.example',
    };
    await serve(...Object.entries(addresses).flat());
    const info = await http().get('/v2/info').expect(200);
    expect(info.text).not.toMatch(/ada|hu|sh@/);
    expect(info.body.zookeeper_config.zk).toBe('zk://xxxxxxxx:xxxxxxxx@z1,z2/marathon');
    expect(info.body.marathon_config).toMatchObject({
      master: 'zk://xxxxxxxx:xxxxxxxx@m/mesos',
      mesos_leader_ui_url: 'http://xxxxxxxx:xxxxxxxx@mesos.example',
      webui_url: 'http://xxxxxxxx:xxxxxxxx@ui.example',
    });
  });

  it('has no plugins', async () => {
    await serve();
    expect((await http().get('/v2/plugins').expect(200)).body).toEqual({ plugins: [] });
    const missing = await http().post('/v2/plugins/p1/path');
    expect([missing.status, missing.body]).toEqual([
      404,
      { message: 'No plugin with this pluginId: p1', details: [] },
    ]);
  });

  const NO_OFFERS = {
    processedOffersCount: 0,
    unusedOffersCount: 0,
    rejectSummaryLastOffers: [],
    rejectSummaryLaunchAttempt: [],
  };
  const UNUSED_OFFER = {
    offer: { id: 'O1', hostname: 'a.example', agentId: 'S1', resources: [], attributes: [] },
    reason: [],
    timestamp: '2020-05-04T10:00:00.000Z',
  };

  it('shows the launch queue', async () => {
    await serve();
    api.leader.queue = [
      {
        app: appDefinition(),
        role: '*',
        count: 2,
        since: '2020-05-04T10:00:00.000Z',
        delay: { timeLeftSeconds: 3, overdue: false },
        processedOffersSummary: NO_OFFERS,
        lastUnusedOffers: [UNUSED_OFFER],
      },
    ];
    const plain = await http().get('/v2/queue').expect(200);
    expect(plain.body.queue).toMatchObject([{ app: { id: '/foo' }, count: 2, delay: { overdue: false } }]);
    expect(plain.body.queue[0]).not.toHaveProperty('lastUnusedOffers');
    const embedded = await http().get('/v2/queue?embed=lastUnusedOffers');
    expect(embedded.body.queue[0].lastUnusedOffers).toEqual([UNUSED_OFFER]);
  });

  it('sets logger levels', async () => {
    await serve();
    expect((await http().get('/logging').expect(200)).body).toMatchObject({ ROOT: 'INFO' });
    const change = { logger: 'ROOT', level: 'debug' };
    expect((await http().post('/logging').send(change).expect(200)).body).toEqual(change);
    expect((await http().get('/logging')).body).toMatchObject({ ROOT: 'DEBUG' });
    const bad = await http().post('/logging').send({ logger: 'ROOT', level: 'loud', durationSeconds: 1.5 });
    expect([bad.status, bad.body.details]).toEqual([
      422,
      [
        { path: '/level', errors: ['error.unknown.enum.literal'] },
        { path: '/durationSeconds', errors: ['error.expected.int'] },
      ],
    ]);
    await http().post('/logging').send({ logger: 'nobody', level: 'info' }).expect(422);
    await http().post('/logging').send({ logger: 'ROOT', level: 'INFO' }).expect(200);
  });

  it('shows the configuration without secrets', async () => {
    await serve('--http_credentials', 'ada:hush');
    const config = await http().get('/config').auth('ada', 'hush').expect(200);
    expect(config.body.http_credentials).toEqual({ value: '***', source: 'cli' });
    expect(config.text).not.toContain('hush');
  });

  it('measures requests and the state', async () => {
    await serve();
    await api.leader.append([{ type: 'AppCreated', data: { app: appDefinition() } }]);
    await http().get('/v2/nothing').expect(404);
    await http().delete('/v2/queue/foo/delay');
    const metrics = await http().get('/metrics').expect(200);
    expect(metrics.body.version).toBe('4.0.0');
    expect(metrics.body.gauges['marathon.apps.active.gauge']).toEqual({ value: 1 });
    expect(metrics.body.timers['marathon.http.requests.get.duration.timer.seconds'].count).toBe(1);
    expect(metrics.body.meters['marathon.http.responses.4xx.rate.meter'].count).toBe(1);
    const prometheus = await http().get('/metrics/prometheus').expect(200);
    expect(prometheus.headers['content-type']).toMatch(/^text\/plain/);
    expect(prometheus.text).toContain('marathon_apps_active_gauge 1');
  });

  it('hides the Prometheus page when it is off', async () => {
    await serve('--disable_metrics_prometheus');
    const answer = await http().get('/metrics/prometheus');
    expect([answer.status, answer.body]).toEqual([404, { message: 'Prometheus reporter is disabled' }]);
  });
});

/** Keeps commands from being decided until they are released. */
function holdBack(leader: ScriptedLeader) {
  const gate = new EventEmitter();
  const submit = leader.submit.bind(leader);
  const entered = once(gate, 'entered');
  leader.submit = async (command) => {
    const released = once(gate, 'released');
    gate.emit('entered');
    await released;
    return submit(command);
  };
  return { entered, release: () => gate.emit('released') };
}
