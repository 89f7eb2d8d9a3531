import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppView } from './support/api-client.js';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { measurePlans, planOf, type PlanView } from './support/plan-accuracy.js';
import { seededRandom } from './support/random.js';
import { SIX_AGENTS } from './support/random-writes.js';
import { Site } from './support/site.js';

let site: Site;

beforeAll(async () => {
  site = await Site.start({ ownCluster: true, args: SIX_AGENTS });
  await eventually(async () => (await site.api.get('/v2/info')).body['frameworkId'] ?? undefined, {
    what: 'a framework id',
  });
});

afterAll(() => site?.dispose());

const hostsOf = ({ placements }: PlanView): string[] =>
  placements.flatMap(({ instances }) =>
    instances.map((place) => ('hostname' in place ? place.hostname : place.unplaced)),
  );

const scale = (instances: number) => ({ method: 'PUT', path: '/v2/apps/web', body: { instances } }) as const;

async function everything(): Promise<readonly unknown[]> {
  const paths = ['/v2/apps?embed=apps.tasks', '/v2/groups', '/v2/deployments', '/ekiden/v1/position'];
  return Promise.all(paths.map(async (path) => (await site.api.get(path)).body));
}

const running = (id: string, count: number): Promise<AppView> =>
  eventually(
    async () => {
      const app = await site.api.app(id);
      return app.deployments.length === 0 && app.tasks.length === count ? app : undefined;
    },
    { what: `${count} tasks of ${id}` },
  );

describe('POST /ekiden/v1/plan', () => {
  const web = sleepingApp('/web', {
    instances: 4,
    constraints: [
      ['rack', 'CLUSTER', 'r3'],
      ['hostname', 'MAX_PER', '2'],
    ],
  });

  test('finds places on agents that nobody has asked before, and changes nothing', async () => {
    const before = await everything();
    const plan = await planOf(site.api, { method: 'POST', path: '/v2/apps', body: web });
    expect(await everything()).toEqual(before);
    expect(plan).toMatchObject({
      outcome: 'create',
      changes: [{ id: '/web', kind: 'added' }],
      steps: [{ actions: [{ action: 'StartApplication' }] }, { actions: [{ action: 'ScaleApplication' }] }],
      instances: [{ appId: '/web', keep: 0, start: 4, stop: 0 }],
    });
    expect(hostsOf(plan).toSorted()).toEqual(['127.0.0.14', '127.0.0.14', '127.0.0.15', '127.0.0.15']);
    await site.api.createApp(web);
    const { tasks } = await running('/web', 4);
    expect(tasks.map(({ host }) => host).toSorted()).toEqual(hostsOf(plan).toSorted());
  });

  test('says field by field what changes, and why there is no place', async () => {
    const write = { method: 'PATCH', path: '/v2/apps/web', body: { instances: 6, env: { A: '1' } } } as const;
    const plan = await planOf(site.api, write);
    expect(plan).toMatchObject({
      outcome: 'rolling',
      changes: [
        {
          id: '/web',
          kind: 'changed',
          fields: [
            { path: '/instances', from: 4, to: 6 },
            { path: '/env', to: { A: '1' } },
          ],
        },
      ],
    });
    const more = await planOf(site.api, { method: 'PUT', path: '/v2/apps//web', body: { instances: 6 } });
    expect(hostsOf(more)).toEqual(Array(2).fill('no agent fits: of 6, 6 do not satisfy a constraint'));
  });

  test('tells the refusal that the write would get, word for word', async () => {
    const write = { method: 'PUT', path: '/v2/apps/web', body: { instances: -1 } } as const;
    const { refusal, outcome } = await planOf(site.api, write);
    const { status, body } = await site.api.put(write.path, write.body);
    expect([outcome, refusal]).toEqual(['refused', { status, ...body }]);
  });

  test('gives a token with which the write is done only while nothing relevant has changed', async () => {
    const { token = '' } = await planOf(site.api, scale(1));
    await site.api.createApp(sleepingApp('/other', { instances: 0 }));
    await site.api.put('/v2/apps/web', { labels: { a: 'b' } });
    await running('/web', 4);
    const late = await site.api.put('/v2/apps/web', { instances: 1 }, { 'x-ekiden-plan': token });
    expect(late.status).toBe(409);
    expect(late.text).toContain('app /web changed since the plan');
    const { token: fresh = '' } = await planOf(site.api, scale(1));
    expect((await site.api.put('/v2/apps/web', { instances: 1 }, { 'x-ekiden-plan': fresh })).status).toBe(
      200,
    );
    expect((await site.api.put('/v2/apps/web', { instances: 1 }, { 'x-ekiden-plan': '?' })).status).toBe(400);
    await running('/web', 1);
  });

  test('is what ?dryRun=true of any write rests on', async () => {
    const { body, headers } = await site.api.delete('/v2/apps/web?dryRun=true');
    expect(body).toEqual({ steps: [{ actions: [{ action: 'StopApplication', app: '/web' }] }] });
    expect(headers.get('marathon-deployment-id')).toBeNull();
    expect((await site.api.delete('/v2/apps/none?dryRun=true')).status).toBe(404);
    expect((await site.api.app('/web')).instances).toBe(1);
  });

  test('answers a request of the wrong shape as any other', async () => {
    const { status, body } = await site.api.post('/ekiden/v1/plan', { method: 'GET', path: '/v2/apps' });
    expect([status, body]).toMatchObject([422, { details: [{ path: '/method' }] }]);
  });
});

test('plans of random writes come true', async () => {
  const { writes, exactSteps, placing, exactPlacements, reasons } = await measurePlans(
    site.api,
    20,
    seededRandom('plan'),
  );
  const others = [...reasons].map(([reason, count]) => `${count} ${reason}`).join('; ');
  process.stderr.write(
    `plan: ${exactSteps}/${writes} steps, ${exactPlacements}/${placing} placements; ${others}\n`,
  );
  expect(exactSteps, others).toBe(writes);
});
