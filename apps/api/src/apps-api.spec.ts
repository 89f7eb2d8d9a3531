import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from './api.fixture.js';
import { appDefinition, launchEvents, plan, VERSION } from '../../../test/support/domain-objects.js';

let api: TestApi;

beforeEach(async () => {
  api = await startApi();
});

afterEach(() => api.close());

const http = () => request(api.url);

describe('POST /v2/apps', () => {
  it('answers 201 with the submitted app once reads show it', async () => {
    const stored = appDefinition();
    const submitted = appDefinition({ portDefinitions: [{ port: 0, name: 'default', protocol: 'tcp' }] });
    api.leader.decide = () => ({
      reply: {
        kind: 'accepted',
        deploymentId: plan().id,
        version: VERSION,
        created: true,
        submitted,
        plan: plan(),
      },
      events: [{ type: 'AppCreated', data: { app: stored, uri: '/v2/apps' } }],
    });

    const answer = await http().post('/v2/apps?force=True').set('Idempotency-Key', 'k1').send({ id: 'foo' });

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      location: `${api.url}/foo`,
      'marathon-deployment-id': plan().id,
      'x-ekiden-sequence': '1',
    });
    expect(answer.body).toMatchObject({
      id: '/foo',
      portDefinitions: [{ port: 0 }],
      tasksRunning: 0,
      deployments: [{ id: plan().id }],
    });
    expect(answer.body).not.toHaveProperty('versionInfo');
    expect(answer.body).not.toHaveProperty('tasks');
    expect(answer.text).toContain('"cpus":1.0');
    expect(api.leader.submitted[0]).toMatchObject({
      command: { type: 'CreateApp', json: { id: 'foo' }, force: true, uri: '/v2/apps' },
      actor: { kind: 'user', address: '127.0.0.1' },
      idempotencyKey: 'k1',
    });
    const read = await http().get('/v2/apps/foo');
    expect(read.body.app.portDefinitions).toEqual([{ port: 10_000, name: 'default', protocol: 'tcp' }]);
  });

  it.each([
    ['', 'Please specify data in JSON format'],
    ['{"id":"foo","ports"：[31500]}', 'Invalid JSON'],
  ])('answers 400 to the body %j and submits nothing', async (body, message) => {
    const answer = await http().post('/v2/apps').set('Content-Type', 'application/json').send(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ message, details: expect.any(String) });
    expect(answer.text.startsWith('{"message"')).toBe(true);
    expect(api.leader.submitted).toEqual([]);
  });

  it('names the position of a broken character', async () => {
    const answer = await http()
      .post('/v2/apps')
      .set('Content-Type', 'application/json')
      .send('{"ports"：[31500]}');
    expect(answer.body.details).toContain('line 1, column 9');
  });

  it('takes a body without content type as JSON and refuses other types', async () => {
    const refused = await http().post('/v2/apps').set('Content-Type', 'text/yaml').send('id: foo');
    expect([refused.status, refused.body]).toEqual([415, { message: 'Unsupported Media Type' }]);
    const answer = await fetch(`${api.url}/v2/apps`, { method: 'POST', body: Buffer.from('{"id":"x"}') });
    expect(answer.status).not.toBe(415);
    expect(api.leader.submitted[0]?.command).toMatchObject({ json: { id: 'x' } });
  });

  it('answers refusals in the form of the contract', async () => {
    api.leader.decide = () => ({ reply: { kind: 'refused', code: 'AppAlreadyExists', appId: '/foo' } });
    const answer = await http().post('/v2/apps').send({ id: 'foo' });
    expect([answer.status, answer.body]).toEqual([409, { message: 'An app with id [/foo] already exists.' }]);
  });
});

describe('writes to one app', () => {
  it.each([
    ['put', '/v2/apps//shop/db', { type: 'PutApp', appId: '/shop/db', partialUpdate: true, force: false }],
    [
      'put',
      '/v2/apps/db?partialUpdate=false&force=true',
      { type: 'PutApp', partialUpdate: false, force: true },
    ],
    ['put', '/v2/apps/%2Fshop%2Fdb/', { type: 'PutApp', appId: '/shop/db', uri: '/v2/apps/%2Fshop%2Fdb/' }],
    ['patch', '/v2/apps/shop/db', { type: 'PatchApp', appId: '/shop/db' }],
    ['delete', '/v2/apps/shop/db', { type: 'DeleteApp', appId: '/shop/db', force: true }],
    ['delete', '/v2/apps/shop/db?force=False', { type: 'DeleteApp', force: false }],
    ['delete', '/v2/apps/db/restart', { type: 'DeleteApp', appId: '/db/restart' }],
    ['post', '/v2/apps/db/restart?force=true', { type: 'RestartApp', appId: '/db', force: true }],
    ['delete', '/v2/apps/db/tasks?host=h1', { type: 'KillTasks', selection: { appId: '/db', host: 'h1' } }],
    [
      'delete',
      '/v2/apps/db/tasks/t1?wipe=true',
      { type: 'KillTasks', selection: { taskId: 't1' }, wipe: true },
    ],
    ['delete', '/v2/apps/db/tasks/t1?scale=true', { type: 'KillAndScale', selection: { taskId: 't1' } }],
    [
      'delete',
      '/v2/deployments/d-1?force=True',
      { type: 'CancelDeployment', deploymentId: 'd-1', force: true },
    ],
    ['delete', '/v2/queue//shop/db/delay', { type: 'ResetDelay', appId: '/shop/db' }],
  ] as const)('%s %s submits %j', async (method, path, command) => {
    const body = method === 'delete' ? undefined : { instances: 5 };
    await http()[method](path).send(body);
    expect(api.leader.submitted.map((submit) => submit.command)).toMatchObject([command]);
  });

  it('answers 201 with a Location when PUT created the app', async () => {
    const accepted = { kind: 'accepted', deploymentId: 'd-1', version: VERSION, plan: plan() } as const;
    api.leader.decide = () => ({ reply: { ...accepted, created: true } });
    const answer = await http().put('/v2/apps/shop/db').send({ cmd: 'sleep 1' });
    expect([answer.status, answer.body]).toEqual([201, { version: VERSION, deploymentId: 'd-1' }]);
    expect(answer.headers['location']).toBe(`${api.url}/shop/db`);
  });

  it('refuses scale and wipe together', async () => {
    const answer = await http().delete('/v2/apps/db/tasks?scale=true&wipe=true');
    expect([answer.status, answer.body]).toEqual([
      400,
      { message: 'You cannot use scale and wipe at the same time.' },
    ]);
  });
});

describe('bulk updates', () => {
  it.each([
    ['put', { createMissing: true, partialUpdate: true }],
    ['patch', { createMissing: false, partialUpdate: true }],
  ] as const)('%s /v2/apps submits the array', async (method, mode) => {
    const body = [{ id: '/a' }];
    await http()[method]('/v2/apps').send(body);
    expect(api.leader.submitted[0]?.command).toMatchObject({
      type: 'UpdateApps',
      items: [{ id: '/a' }],
      ...mode,
    });
  });

  it('tells which path was meant when one app is sent to the collection', async () => {
    const answer = await http().put('/v2/apps').send({ instances: 5 });
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain('PUT /v2/apps takes an array of apps');
    expect(answer.body.message).toContain('PUT /v2/apps/{id}');
    expect(api.leader.submitted).toEqual([]);
  });
});

describe('reads of apps', () => {
  const web = appDefinition({ id: '/shop/web', labels: { tier: 'front' } });
  const db = appDefinition({ id: '/shop/db', cmd: 'run-db' });

  beforeEach(async () => {
    const position = await api.leader.append([
      { type: 'GroupCreated', data: { groupId: '/shop' } },
      { type: 'AppCreated', data: { app: web } },
      { type: 'AppCreated', data: { app: db } },
      { type: 'DeploymentStarted', data: { plan: plan('/shop/web'), groupId: '/shop' } },
      ...launchEvents(web),
    ]);
    api.leader.decide = () => ({ reply: { kind: 'done' } });
    // A write's answer comes only when reads have reached its position.
    await http().delete('/v2/queue/shop/db/delay').expect('x-ekiden-sequence', String(position));
  });

  it.each([
    ['', ['/shop/db', '/shop/web']],
    ['?cmd=RUN', ['/shop/db']],
    ['?id=WEB', ['/shop/web']],
    ['?label=tier==front', ['/shop/web']],
    ['?label=tier==front&cmd=run', []],
    ['?label=', ['/shop/db', '/shop/web']],
  ])('lists the apps of %j by id', async (query, ids) => {
    const answer = await http().get(`/v2/apps${query}`).expect(200);
    expect(answer.body.apps.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('refuses a selector that does not parse', async () => {
    const answer = await http().get('/v2/apps').query({ label: 'a=b' });
    expect(answer.status).toBe(422);
    expect(answer.body.message).toMatch(/^Can not parse label selector a=b\. Reason: /);
  });

  it('shows counts and deployments always, the rest when embedded', async () => {
    const plain = await http().get('/v2/apps?id=web');
    expect(plain.body.apps[0]).toMatchObject({ tasksRunning: 1, deployments: [{ id: plan().id }] });
    expect(plain.body.apps[0]).not.toHaveProperty('tasks');
    const full = await http().get(
      '/v2/apps?id=web&embed=apps.tasks&embed=app.readiness&embed=group.apps.taskStats',
    );
    expect(full.body.apps[0]).toMatchObject({
      tasks: [{ appId: '/shop/web', state: 'TASK_RUNNING', servicePorts: [] }],
      readinessCheckResults: [],
      taskStats: { totalSummary: { stats: { counts: { running: 1 }, lifeTime: { averageSeconds: 10 } } } },
    });
  });

  it.each([
    ['/v2/apps/*', ['/shop/db', '/shop/web']],
    ['/v2/apps/shop/*', ['/shop/db', '/shop/web']],
  ])('globs %s', async (path, ids) => {
    const answer = await http().get(path).expect(200);
    expect(answer.body['*'].map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(answer.body['*'][1].tasks).toHaveLength(1);
  });

  it.each([
    ['/v2/apps/nope', { message: "App '/nope' does not exist", details: [] }],
    ['/v2/apps/nope/versions', { message: "App '/nope' does not exist", details: [] }],
    ['/v2/apps/nope/tasks', { message: "App '/nope' does not exist", details: [] }],
    ['/v2/apps/nope/*', { message: "Group '/nope' does not exist" }],
    [
      `/v2/apps/shop/db/versions/2019-01-01T00:00:00Z`,
      { message: "App '/shop/db' does not exist in version 2019-01-01T00:00:00.000Z", details: [] },
    ],
  ])('answers 404 to %s', async (path, body) => {
    const answer = await http().get(path);
    expect([answer.status, answer.body]).toEqual([404, body]);
  });

  it('reads versions, also by other spellings of the instant', async () => {
    const list = await http().get('/v2/apps/shop/db/versions');
    expect(list.body).toEqual({ versions: [VERSION] });
    const one = await http().get('/v2/apps/shop/db/versions/2020-05-04T10:00:00Z').expect(200);
    expect(one.body).toMatchObject({ id: '/shop/db', versionInfo: { lastScalingAt: VERSION } });
    const bad = await http().get('/v2/apps/shop/db/versions/yesterday');
    expect([bad.status, bad.body.message]).toEqual([
      422,
      "Invalid timestamp provided 'yesterday'. Expecting ISO-8601 datetime string.",
    ]);
  });

  it('lists the newest versions up to the limit, or all', async () => {
    await api.close();
    api = await startApi(['--zk_max_versions', '2']);
    const versions = ['2020-01-01', '2020-01-02', '2020-01-03'].map((day) => `${day}T00:00:00.000Z`);
    await api.leader.append([
      { type: 'AppCreated', data: { app: appDefinition({ version: versions[0] }) } },
      { type: 'AppUpdated', data: { app: appDefinition({ version: versions[1] }), change: 'scale' } },
      { type: 'AppUpdated', data: { app: appDefinition({ version: versions[2] }), change: 'scale' } },
    ]);
    await http().delete('/v2/queue/foo/delay');
    const newestFirst = versions.toReversed();
    expect((await http().get('/v2/apps/foo/versions')).body).toEqual({ versions: newestFirst.slice(0, 2) });
    expect((await http().get('/v2/apps/foo/versions?all=true')).body).toEqual({ versions: newestFirst });
  });

  it('lists tasks with service ports, as JSON unless text is preferred', async () => {
    const json = await http().get('/v2/tasks?status=Running').expect(200);
    expect(json.body.tasks).toMatchObject([{ appId: '/shop/web', ports: [31_001], servicePorts: [10_000] }]);
    const staging = await http().get('/v2/tasks?status%5B%5D=staging');
    expect(staging.body.tasks).toEqual([]);
    const text = await http().get('/v2/tasks').set('Accept', 'text/plain').expect(200);
    expect(text.headers['content-type']).toMatch(/^text\/plain/);
    expect(text.text).toBe('shop_db\t10000\t\nshop_web\t10000\tagent1.example:31001\t\n');
    const one = await http().get('/v2/apps/shop/web/tasks').set('Accept', 'text/plain');
    expect(one.text).toBe('shop_web\t10000\tagent1.example:31001\t\n');
    await http().get('/v2/apps/shop/web').set('Accept', 'text/plain').expect(406);
  });

  it('lists deployments', async () => {
    const answer = await http().get('/v2/deployments').expect(200);
    expect(answer.body).toEqual([
      {
        id: plan().id,
        version: VERSION,
        affectedApps: ['/shop/web'],
        affectedPods: [],
        steps: [{ actions: [{ action: 'ScaleApplication', app: '/shop/web' }] }],
        currentActions: [],
        currentStep: 0,
        totalSteps: 1,
      },
    ]);
  });
});

describe('POST /v2/tasks/delete', () => {
  it('submits the ids', async () => {
    api.leader.decide = () => ({ reply: { kind: 'killed', instances: [] } });
    const answer = await http()
      .post('/v2/tasks/delete?wipe=true')
      .send({ ids: ['a', 'b'] });
    expect([answer.status, answer.body]).toEqual([200, { tasks: [] }]);
    expect(api.leader.submitted[0]?.command).toEqual({
      type: 'KillTasks',
      selection: { taskIds: ['a', 'b'] },
      wipe: true,
    });
  });

  it.each([
    [{}, { path: '/ids', errors: ['error.path.missing'] }],
    [{ ids: 'a' }, { path: '/ids', errors: ['error.expected.jsarray'] }],
    [{ ids: ['a', 1] }, { path: '/ids(1)', errors: ['error.expected.jsstring'] }],
    [['a'], { path: '', errors: ['error.expected.jsobject'] }],
  ])('refuses the body %j', async (body, detail) => {
    const answer = await http().post('/v2/tasks/delete').send(body);
    expect([answer.status, answer.body]).toEqual([422, { message: 'Invalid JSON', details: [detail] }]);
  });
});
