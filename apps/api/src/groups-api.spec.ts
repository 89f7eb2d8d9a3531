import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent, Reply } from '#domain';
import { startApi, type TestApi } from './api.fixture.js';
import { appDefinition, plan, VERSION } from '../../../test/support/domain-objects.js';

const LATER = '2020-05-04T11:00:00.000Z';

let api: TestApi;

beforeEach(async () => {
  api = await startApi();
});

afterEach(() => api.close());

const http = () => request(api.url);

const get = async (path: string) => {
  const { status, body } = await http().get(path);
  return [status, body as unknown];
};

const change = (version: string, ...events: DomainEvent[]): DomainEvent[] => {
  const started = { ...plan(), version };
  return [
    { type: 'DeploymentStarted', data: { plan: started, groupId: '/' } },
    ...events,
    { type: 'DeploymentSucceeded', data: { plan: started, from: 1 } },
  ];
};

const appCreated = (id: string): DomainEvent => ({
  type: 'AppCreated',
  data: { app: appDefinition({ id }) },
});

/** `/shop` with a tier and an app of its own, and in a later version one app more. */
async function fill(): Promise<void> {
  await api.leader.append([
    ...change(
      VERSION,
      { type: 'GroupCreated', data: { groupId: '/shop', enforceRole: false } },
      { type: 'GroupCreated', data: { groupId: '/shop/ui', dependencies: ['/shop/db'] } },
      appCreated('/shop/ui/web'),
      appCreated('/shop/api'),
    ),
    ...change(LATER, appCreated('/shop/ui/assets')),
  ]);
}

const empty = { apps: [], pods: [], groups: [], dependencies: [] };

describe('GET of a group', () => {
  it('answers an empty root in an empty system', async () => {
    expect(await get('/v2/groups')).toEqual([
      200,
      { ...empty, id: '/', version: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  it('shows everything below in the order of the ids, apps without computed parts', async () => {
    await fill();
    const { body } = await http().get('/v2/groups//shop');
    expect(body).toMatchObject({
      id: '/shop',
      version: LATER,
      enforceRole: false,
      pods: [],
      dependencies: [],
      apps: [{ id: '/shop/api' }],
      groups: [
        {
          id: '/shop/ui',
          version: LATER,
          dependencies: ['/shop/db'],
          groups: [],
          apps: [{ id: '/shop/ui/assets' }, { id: '/shop/ui/web' }],
        },
      ],
    });
    expect(body.groups[0]).not.toHaveProperty('enforceRole');
    expect(body.apps[0]).not.toHaveProperty('tasksRunning');
    expect(body.apps[0]).not.toHaveProperty('deployments');
    expect((await http().get('/v2/groups')).body.groups[0].groups[0].id).toBe('/shop/ui');
  });

  it.each([
    ['group.groups', { apps: [], groups: [{ id: '/shop/ui', apps: [], groups: [] }] }],
    ['group.apps', { apps: [{ id: '/shop/api' }], groups: [] }],
    ['group.apps.tasks', { apps: [], groups: [] }],
    ['nonsense', { apps: [], groups: [] }],
    ['group.apps&embed=group.apps.tasks', { apps: [{ tasks: [], deployments: [] }] }],
    ['group.apps&embed=group.apps.counts', { apps: [{ tasksRunning: 0, tasksStaged: 0 }] }],
  ])('embeds exactly what is asked for: %s', async (embed, expected) => {
    await fill();
    expect((await http().get(`/v2/groups/shop?embed=${embed}`)).body).toMatchObject(expected);
  });

  it('counts embeds of apps by their full names only', async () => {
    await fill();
    const { body } = await http().get('/v2/groups/shop?embed=group.apps&embed=apps.tasks');
    expect(body.apps[0]).not.toHaveProperty('tasks');
  });

  it.each(['/v2/groups/nothing', '/v2/groups/shop/api'])('%s is not found', async (path) => {
    await fill();
    const id = path.slice('/v2/groups'.length);
    expect(await get(path)).toEqual([404, { message: `Group '${id}' does not exist`, details: [] }]);
  });

  it('lists the apps of a group at any depth', async () => {
    await fill();
    const ids = async (path: string) =>
      ((await http().get(path)).body as { id: string }[]).map(({ id }) => id);
    expect(await ids('/v2/groups/apps')).toEqual(['/shop/api', '/shop/ui/assets', '/shop/ui/web']);
    expect(await ids('/v2/groups/shop/ui/apps')).toEqual(['/shop/ui/assets', '/shop/ui/web']);
    expect(await ids('/v2/groups/nothing/apps')).toEqual([]);
    const { body } = await http().get('/v2/groups/apps?embed=group.apps.counts');
    expect(body[0]).toMatchObject({ tasksRunning: 0 });
  });
});

describe('versions of a group', () => {
  it('are listed newest first, as many as the flag says or all that are retained', async () => {
    await api.close();
    api = await startApi(['--zk_max_versions', '1']);
    await fill();
    expect(await get('/v2/groups/versions')).toEqual([200, [LATER]]);
    expect(await get('/v2/groups/shop/ui/versions?all=true')).toEqual([200, [LATER, VERSION]]);
  });

  it('show the group as it was, by its definitions', async () => {
    await fill();
    const { body } = await http().get(`/v2/groups/shop/versions/${VERSION}`);
    expect(body).toMatchObject({
      id: '/shop',
      version: VERSION,
      groups: [{ version: VERSION, apps: [{ id: '/shop/ui/web', versionInfo: { lastScalingAt: VERSION } }] }],
    });
    expect(body.apps[0]).not.toHaveProperty('tasksRunning');
    const bare = await http().get(`/v2/groups/versions/${VERSION}?embed=group.groups`);
    expect(bare.body).toMatchObject({ id: '/', groups: [{ id: '/shop', apps: [] }] });
  });

  it.each([
    ['/v2/groups/nothing/versions', 404, { message: "Group '/nothing' does not exist", details: [] }],
    [
      '/v2/groups/shop/versions/2001-01-01T00:00:00.000Z',
      404,
      { message: "Group '/shop' does not exist", details: [] },
    ],
    [
      '/v2/groups/shop/versions/soon',
      422,
      { message: "Invalid timestamp provided 'soon'. Expecting ISO-8601 datetime string." },
    ],
  ])('%s answers %d', async (path, status, body) => {
    await fill();
    expect(await get(path)).toEqual([status, body]);
  });
});

const answering = (reply: Reply): void => {
  api.leader.decide = () => ({ reply });
};

describe('writes of groups', () => {
  const accepted: Reply = { kind: 'accepted', deploymentId: plan().id, version: VERSION, plan: plan() };
  const result = { version: VERSION, deploymentId: plan().id };

  it('POST answers 201 with the place of the group', async () => {
    answering({ ...accepted, groupId: '/shop/ui' });
    const answer = await http().post('/v2/groups/shop?force=true').send({ id: 'ui' });
    expect([answer.status, answer.body]).toEqual([201, result]);
    expect(answer.headers).toMatchObject({
      location: `${api.url}/shop/ui`,
      'marathon-deployment-id': plan().id,
    });
    expect(api.leader.submitted[0]?.command).toEqual({
      type: 'CreateGroup',
      groupId: '/shop',
      json: { id: 'ui' },
      force: true,
    });
  });

  it.each([
    ['put', '/v2/groups', { type: 'PutGroup', groupId: '/', json: {}, force: false, dryRun: false }],
    [
      'put',
      '/v2/groups/shop/ui?force=true',
      { type: 'PutGroup', groupId: '/shop/ui', json: {}, force: true, dryRun: false },
    ],
    ['delete', '/v2/groups/shop', { type: 'DeleteGroup', groupId: '/shop', force: false }],
    ['delete', '/v2/groups?force=True', { type: 'DeleteGroup', groupId: '/', force: true }],
  ] as const)('%s %s answers 200 with the deployment', async (method, path, command) => {
    answering(accepted);
    const answer = await http()[method](path).send({});
    expect([answer.status, answer.body]).toEqual([200, result]);
    expect(answer.headers).toMatchObject({ 'marathon-deployment-id': plan().id });
    expect(answer.headers).not.toHaveProperty('location');
    expect(api.leader.submitted[0]?.command).toEqual(command);
  });

  it('PUT with dryRun answers the steps, and no deployment', async () => {
    answering({ kind: 'planned', plan: plan('/a') });
    const answer = await http().put('/v2/groups?dryRun=true').send({ apps: [] });
    const actions = [{ action: 'ScaleApplication', app: '/a' }];
    expect([answer.status, answer.body]).toEqual([200, { steps: [{ actions }] }]);
    expect(answer.headers).not.toHaveProperty('marathon-deployment-id');
    expect(api.leader.submitted[0]?.command).toMatchObject({ dryRun: true });
  });

  it('PATCH answers 200 with an empty body', async () => {
    answering({ kind: 'done' });
    const answer = await http().patch('/v2/groups/shop').send({ enforceRole: true });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers).not.toHaveProperty('marathon-deployment-id');
  });

  it.each([
    ['post', '/v2/groups/shop/versions', 'GET, HEAD'],
    ['put', `/v2/groups/shop/versions/${VERSION}`, 'GET, HEAD'],
    ['delete', '/v2/groups/versions', 'GET, HEAD'],
    ['patch', '/v2/groups', 'DELETE, GET, HEAD, POST, PUT'],
  ] as const)('%s %s is not allowed', async (method, path, allow) => {
    const answer = await http()[method](path).send({});
    expect([answer.status, answer.body, answer.headers['allow']]).toEqual([
      405,
      { message: 'Method Not Allowed' },
      allow,
    ]);
    expect(api.leader.submitted).toEqual([]);
  });

  it.each(['/v2/groups', '/v2/groups/shop', '/v2/groups/shop/versions'])(
    'HEAD and OPTIONS of %s tell what GET and Allow would',
    async (path) => {
      await fill();
      const head = await http().head(path);
      expect([head.status, head.type]).toEqual([200, 'application/json']);
      const options = await http().options(path);
      const methods = String(options.headers['allow']).split(', ');
      expect([options.status, methods.includes('GET'), methods.includes('PUT')]).toEqual([
        200,
        true,
        !path.endsWith('versions'),
      ]);
    },
  );

  it('answers 400 to a body that is no JSON', async () => {
    const answer = await http().put('/v2/groups').set('Content-Type', 'application/json').send('{"apps":');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ message: 'Invalid JSON' });
  });
});
