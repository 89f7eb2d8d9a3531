import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idleApp, sleepingApp } from './support/app-definitions.js';
import type { ApiAnswer, AppView } from './support/api-client.js';
import { EventStream } from './support/event-stream.js';
import { eventually } from './support/eventually.js';
import { Site } from './support/site.js';

interface DeploymentAnswer {
  readonly version: string;
  readonly deploymentId: string;
}

interface GroupView {
  readonly id: string;
  readonly version: string;
  readonly apps: readonly AppView[];
  readonly groups: readonly GroupView[];
  readonly dependencies: readonly string[];
  readonly enforceRole?: boolean;
}

interface Action {
  readonly action: string;
  readonly app: string;
}

/** A shop of three tiers: the web waits for the services, and they for the data. */
const shop = (release = '1') => ({
  id: 'shop',
  groups: [
    {
      id: 'web',
      dependencies: ['../service'],
      apps: [sleepingApp('site', { env: { RELEASE: release } })],
    },
    {
      id: 'service',
      apps: [sleepingApp('api', { instances: 2, dependencies: ['../data/sql'], env: { RELEASE: release } })],
    },
    { id: 'data', apps: [sleepingApp('sql')] },
  ],
});

const SQL = '/shop/data/sql';
const API = '/shop/service/api';
const SITE = '/shop/web/site';

const accepted = (answer: ApiAnswer<DeploymentAnswer>, status = 200): DeploymentAnswer => {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('marathon-deployment-id')).toBe(answer.body.deploymentId);
  return answer.body;
};

/** Every test goes on where the one before ended: one shop from its opening to its end. */
describe('a group of three tiers', () => {
  let site: Site;
  let events: EventStream;
  let opened: DeploymentAnswer;

  beforeAll(async () => {
    site = await Site.start();
    events = await EventStream.open(site.api.url);
  });

  afterAll(async () => {
    await events?.close();
    await site?.dispose();
  });

  const put = (body: unknown, query = '') => site.api.put<DeploymentAnswer>(`/v2/groups/shop${query}`, body);
  const group = async (path: string): Promise<GroupView> => {
    const answer = await site.api.get<GroupView>(path);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  /** Waits for the success of a deployment and answers its steps as they were announced. */
  const stepsOf = async ({ deploymentId }: DeploymentAnswer): Promise<string[]> => {
    await events.waitFor(`deployment_success ${deploymentId}`, ({ event, data }) => {
      return event === 'deployment_success' && data['id'] === deploymentId;
    });
    return events.ofType('deployment_info').flatMap(({ data }) => {
      const { plan, currentStep } = data as {
        plan: { id: string };
        currentStep: { actions: readonly Action[] };
      };
      if (plan.id !== deploymentId) return [];
      return currentStep.actions.map(({ action, app }) => `${action} ${app}`).join(', ');
    });
  };

  const announced = ({ version }: DeploymentAnswer, groupId: string) =>
    events.waitFor(`group_change_success ${version}`, ({ event, data }) => {
      return event === 'group_change_success' && data['version'] === version && data['groupId'] === groupId;
    });

  /** Positions in the stream of the first task of each app that runs. */
  const firstRunning = (appId: string): number =>
    events.frames.findIndex(({ event, data }) => {
      return (
        event === 'status_update_event' && data['appId'] === appId && data['taskStatus'] === 'TASK_RUNNING'
      );
    });

  test('opens tier by tier, each when the one below runs', async () => {
    const answer = await site.api.post<DeploymentAnswer>('/v2/groups', shop());
    opened = accepted(answer, 201);
    expect(answer.headers.get('location')).toBe(`${site.api.url}/shop`);
    expect(await stepsOf(opened)).toEqual([
      `StartApplication ${SITE}, StartApplication ${API}, StartApplication ${SQL}`,
      `ScaleApplication ${SQL}`,
      `ScaleApplication ${API}`,
      `ScaleApplication ${SITE}`,
    ]);
    await announced(opened, '/');
    expect(firstRunning(SQL)).toBeGreaterThan(0);
    expect(firstRunning(API)).toBeGreaterThan(firstRunning(SQL));
    expect(firstRunning(SITE)).toBeGreaterThan(firstRunning(API));
    await site.api.running(API, 2);
  });

  test('reads as one tree, with as much as is asked for', async () => {
    const tree = await group('/v2/groups/shop');
    expect(tree).toMatchObject({ id: '/shop', version: opened.version, enforceRole: false, apps: [] });
    expect(tree.groups.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['/shop/data', []],
      ['/shop/service', []],
      ['/shop/web', ['/shop/service']],
    ]);
    expect(tree.groups[1]?.apps[0]).toMatchObject({ id: API, dependencies: [SQL], version: opened.version });
    expect(tree.groups[1]?.apps[0]).not.toHaveProperty('tasks');
    const query = 'embed=group.groups&embed=group.apps&embed=group.apps.tasks&embed=group.apps.counts';
    const withTasks = await group(`/v2/groups?${query}`);
    expect(withTasks.groups[0]?.groups[1]?.apps[0]).toMatchObject({ tasksRunning: 2 });
    expect(withTasks.groups[0]?.groups[1]?.apps[0]?.tasks).toHaveLength(2);
    const apps = await site.api.get<readonly AppView[]>('/v2/groups/shop/apps');
    expect(apps.body.map(({ id }) => id)).toEqual([SQL, API, SITE]);
  });

  test('grows by a factor and keeps the tasks it has', async () => {
    const before = new Set((await site.api.app(API)).tasks.map(({ id }) => id));
    const scaled = accepted(await put({ scaleBy: 1.5 }));
    expect(await stepsOf(scaled)).toEqual([
      `ScaleApplication ${SQL}`,
      `ScaleApplication ${API}`,
      `ScaleApplication ${SITE}`,
    ]);
    await site.api.running(SQL, 2);
    const { tasks, versionInfo } = await site.api.running(API, 3);
    expect(tasks.filter(({ id }) => before.has(id))).toHaveLength(2);
    expect(versionInfo).toEqual({
      lastScalingAt: scaled.version,
      lastConfigChangeAt: opened.version,
    });
  });

  test('tells what a change would do, without doing it', async () => {
    const before = await group('/v2/groups/shop');
    const groups = [{ id: 'data' }, { id: 'service' }, { id: 'new', apps: [idleApp('x')] }];
    const answer = await put({ groups }, '?dryRun=true');
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        steps: [
          { actions: [{ action: 'StopApplication', app: SITE }] },
          { actions: [{ action: 'StartApplication', app: '/shop/new/x' }] },
          { actions: [{ action: 'ScaleApplication', app: '/shop/new/x' }] },
        ],
      },
    ]);
    expect(answer.headers.get('marathon-deployment-id')).toBeNull();
    expect(await group('/v2/groups/shop')).toEqual(before);
  });

  test('is replaced tier by tier when a release changes two of them', async () => {
    const updated = accepted(await put({ groups: shop('2').groups }));
    expect(await stepsOf(updated)).toEqual([
      `ScaleApplication ${SQL}`,
      `RestartApplication ${API}`,
      `RestartApplication ${SITE}`,
    ]);
    expect(await site.api.running(API, 2)).toMatchObject({ env: { RELEASE: '2' } });
    expect(await site.api.running(SITE, 1)).toMatchObject({ env: { RELEASE: '2' } });
  });

  test('goes back to a former version by its name', async () => {
    const versions = await site.api.get<readonly string[]>('/v2/groups/shop/versions');
    expect(versions.body.at(-1)).toBe(opened.version);
    expect(versions.body).toHaveLength(3);
    const former = await group(`/v2/groups/shop/versions/${opened.version}`);
    expect(former.groups[2]?.apps[0]).toMatchObject({ id: SITE, env: { RELEASE: '1' } });

    const back = accepted(await put({ version: opened.version }));
    expect(await stepsOf(back)).toEqual([`RestartApplication ${API}`, `RestartApplication ${SITE}`]);
    expect(await site.api.running(SITE, 1)).toMatchObject({ env: { RELEASE: '1' }, version: back.version });

    const unknown = await put({ version: '2001-01-01T00:00:00.000Z' });
    expect([unknown.status, unknown.body]).toEqual([
      422,
      { message: 'Group /shop not available in version 2001-01-01T00:00:00.000Z' },
    ]);
  });

  test('refuses a cycle, an id that is taken and a mix of requests, and changes nothing', async () => {
    const before = await group('/v2/groups');
    const cyclic = await put({
      groups: [...shop().groups.slice(0, 2), { id: 'data', dependencies: ['../web'] }],
    });
    expect([cyclic.status, cyclic.body]).toEqual([
      422,
      {
        message: 'Object is not valid',
        details: [{ path: '/', errors: ['Dependency graph has cyclic dependencies.'] }],
      },
    ]);
    const failed = await events.waitFor('group_change_failed', ({ event, data }) => {
      return event === 'group_change_failed' && String(data['reason']).includes('cyclic');
    });
    expect(failed.data).toMatchObject({ groupId: '/', reason: 'Dependency graph has cyclic dependencies.' });

    const taken = await site.api.post('/v2/groups', { id: '/shop/data' });
    expect([taken.status, taken.body]).toEqual([
      409,
      { message: 'Group /shop/data is already created. Use PUT to change this group.' },
    ]);
    const app = await site.api.post('/v2/groups', { id: SQL });
    expect([app.status, app.body]).toEqual([409, { message: `An app with the path ${SQL} already exists.` }]);
    const mixed = await put({ scaleBy: 2, dependencies: [] });
    expect(mixed.body).toMatchObject({
      details: [{ path: '/scaleBy', errors: ['not allowed in conjunction with other properties.'] }],
    });
    expect(await group('/v2/groups')).toEqual(before);
  });

  test('enforces a role once it is told to', async () => {
    const answer = await site.api.patch('/v2/groups/shop', { enforceRole: true });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await group('/v2/groups/shop?embed=')).toMatchObject({ enforceRole: true });
    expect((await site.api.post('/v2/apps', idleApp('/shop/ours'))).body).toMatchObject({ role: 'shop' });
    const mixed = await site.api.put('/v2/groups', { id: 'shop', apps: [] });
    expect([mixed.status, mixed.text]).toEqual([422, expect.stringContaining('/enforceRole')]);
    expect((await site.api.patch('/v2/groups/shop', { enforceRole: false })).status).toBe(200);
  });

  test('survives a crash with its versions', async () => {
    const before = await group('/v2/groups');
    const versions = await site.api.get('/v2/groups/shop/versions');
    await events.close();
    await site.crashAndRestart();
    expect(await group('/v2/groups')).toEqual(before);
    expect((await site.api.get('/v2/groups/shop/versions')).body).toEqual(versions.body);
    events = await EventStream.open(site.api.url);
  });

  test('is locked while one of its apps is deployed, and closes as a whole when forced', async () => {
    const stuck = await site.api.createApp(sleepingApp('/shop/stuck', { cpus: 10_000 }));
    const refused = await site.api.delete('/v2/groups/shop');
    expect(refused.status, refused.text).toBe(409);
    expect(refused.body).toMatchObject({ deployments: [{ id: stuck }] });

    const closed = accepted(await site.api.delete<DeploymentAnswer>('/v2/groups/shop?force=true'));
    await announced(closed, '/');
    const [step, ...others] = await stepsOf(closed);
    expect(others).toEqual([]);
    expect(step?.split(', ').toSorted()).toEqual(
      ['/shop/ours', '/shop/stuck', SQL, API, SITE].map((id) => `StopApplication ${id}`).toSorted(),
    );
    await eventually(async () => (await site.api.tasks()).length === 0, { what: 'the end of all tasks' });
    expect(events.ofType('app_terminated_event').map(({ data }) => data['appId'])).toContain(SITE);
    const missing = await site.api.delete('/v2/groups/shop');
    expect([missing.status, missing.body]).toEqual([404, { message: "Group '/shop' does not exist" }]);
    expect(await group('/v2/groups')).toMatchObject({ apps: [], groups: [] });
  });
});
