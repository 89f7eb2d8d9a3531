import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudEventOf } from '#bus-events';
import type { Actor, DomainEvent } from '#domain';
import { createMemoryEventLog } from '#event-log';
import { verifyAudit } from '#history';
import { startApi, SwitchableLeadership, type TestApi } from '../api.fixture.js';
import {
  appDefinition,
  instanceId,
  launchEvents,
  plan,
  VERSION_MS,
} from '../../../../test/support/domain-objects.js';

const ADA: Actor = { kind: 'user', name: 'ada', address: '192.0.2.7' };
const NIGHT: Actor = { kind: 'user', name: 'ada', onBehalfOf: 'night-job', reason: 'save money' };

let api: TestApi;
let leadership: SwitchableLeadership;
const http = () => request(api.url);
const iso = (seconds: number): string => new Date(VERSION_MS + 1000 * seconds).toISOString();

/** What a command was decided to be, or what the cluster told, at so many seconds. */
interface Chapter {
  readonly seconds: number;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly events: readonly DomainEvent[];
}

const app = appDefinition({ id: '/shop/web', instances: 5 });
const failedTask = `${instanceId(app.id, 1)}._app.1`;

const STORY: readonly Chapter[] = [
  {
    seconds: 0,
    actor: ADA,
    correlationId: 'create',
    events: [
      { type: 'DeploymentStarted', data: { plan: plan(app.id), groupId: '/shop' } },
      { type: 'GroupCreated', data: { groupId: '/shop' } },
      { type: 'AppCreated', data: { app } },
    ],
  },
  { seconds: 10, actor: { kind: 'mesos' }, correlationId: 'offer', events: launchEvents(app) },
  {
    seconds: 20,
    actor: { kind: 'mesos' },
    correlationId: 'status',
    events: [
      {
        type: 'TaskStatusChanged',
        data: {
          ...(launchEvents(app)[2]!.data as Extract<DomainEvent, { type: 'TaskStatusChanged' }>['data']),
          state: 'TASK_FAILED',
          message: 'Command exited with status 1',
          condition: 'Failed',
        },
      },
    ],
  },
  {
    seconds: 30,
    actor: { kind: 'system' },
    correlationId: plan(app.id).id,
    events: [{ type: 'DeploymentSucceeded', data: { plan: plan(app.id), from: 0 } }],
  },
  {
    seconds: 40,
    actor: NIGHT,
    correlationId: 'scale',
    events: [{ type: 'AppUpdated', data: { app: { ...app, instances: 2 }, change: 'scale' } }],
  },
];

beforeAll(async () => {
  const { log } = createMemoryEventLog();
  const epoch = await log.claimEpoch();
  for (const { seconds, actor, correlationId, events } of STORY) {
    const batch = events.map(({ type, data }, index) => ({
      id: `${correlationId}-${index}`,
      stream: 'appId' in data ? `app:${data.appId}` : 'cluster',
      type,
      schema: 1,
      time: VERSION_MS + 1000 * seconds,
      actor,
      correlationId,
      causationId: null,
      data,
    }));
    await log.append(batch, epoch);
  }
  leadership = new SwitchableLeadership();
  // Refusals are kept for 30 days of the real clock.
  api = await startApi([], { log, leadership, nowMs: Date.now });
});
afterAll(() => api.close());
beforeEach(() => {
  leadership.leads = true;
});

const typesOf = (body: { entries: { type: string }[] }): string[] =>
  body.entries.map(({ type }) => type.slice(10));

describe('GET /ekiden/v1/history', () => {
  it('prints events as the stream does, newest first, in pages', async () => {
    const first = await http().get('/ekiden/v1/history?limit=2').expect(200);
    expect(typesOf(first.body)).toEqual(['AppUpdated', 'DeploymentSucceeded']);
    const [event] = await api.log.read(8, 1);
    expect(first.body.entries[0]).toEqual(cloudEventOf(event!));
    const second = await http().get(`/ekiden/v1/history?limit=2&cursor=${first.body.next}`);
    expect(typesOf(second.body)).toEqual(['TaskStatusChanged', 'TaskStatusChanged']);
  });

  it.each([
    ['app=shop/web&type=AppCreated', ['AppCreated']],
    ['type=AppCreated&type=io.ekiden.AppUpdated', ['AppUpdated', 'AppCreated']],
    [
      'group=/shop&kind=change&order=asc',
      ['DeploymentStarted', 'GroupCreated', 'AppCreated', 'DeploymentSucceeded', 'AppUpdated'],
    ],
    ['actor=night-job', ['AppUpdated']],
    [`from=${iso(30)}`, ['AppUpdated', 'DeploymentSucceeded']],
    [`from=${iso(11)}&to=${iso(29)}`, ['TaskStatusChanged']],
    ['from=2&to=3', ['AppCreated', 'GroupCreated']],
    ['correlation=nothing', []],
  ])('finds %s', async (query, types) => {
    const { body } = await http().get(`/ekiden/v1/history?${query}`).expect(200);
    expect(typesOf(body)).toEqual(types);
  });

  it.each([
    ['limit=0', "Invalid limit '0'"],
    ['limit=1001', "Invalid limit '1001'"],
    ['kind=any', "Invalid kind 'any'. Expecting one of: event, change, command."],
    ['order=up', "Invalid order 'up'"],
    ['from=yesterday', "Invalid from 'yesterday'"],
    ['to=99', "'to' lies in the future"],
    ['from=2999-01-01T00:00:00Z', "'from' lies in the future: 2999-01-01T00:00:00.000Z"],
    ['cursor=x', "Invalid cursor 'x'"],
    ['kind=command&cursor=7', "Invalid cursor '7'"],
    ['type=a.b', "Invalid type 'a.b'"],
    ['app=A%20b', "Invalid app 'A b'"],
  ])('does not take %s', async (query, message) => {
    const { body } = await http().get(`/ekiden/v1/history?${query}`).expect(400);
    expect(body.message).toContain(message);
  });
});

describe('commands', () => {
  it('are listed with those that were refused, which are noted without their bodies', async () => {
    api.leader.decide = () => ({ reply: { kind: 'refused', code: 'AppNotFound', appId: '/shop/web' } });
    await http()
      .put('/v2/apps/shop/web')
      .set('X-Ekiden-Reason', 'try it')
      .send({ instances: 1, env: { PASSWORD: 'hunter2' } })
      .expect(404);
    await http().post('/v2/apps').set('Content-Type', 'application/json').send('{').expect(400);
    await http().delete('/v2/nothing').expect(404);
    const list = async (query: string) =>
      (await http().get(`/ekiden/v1/history?kind=command&${query}`).expect(200)).body;
    await expect.poll(async () => (await list('')).entries.length).toBe(5);
    const { entries } = await list('');
    expect(entries.map((one: { accepted: boolean }) => one.accepted)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(entries[3]).toMatchObject({ id: 'scale', summary: 'scaled /shop/web from 5 to 2', actor: NIGHT });
    expect(entries[2]).toMatchObject({
      command: 'PutApp',
      path: '/v2/apps/shop/web',
      status: 404,
      actor: { reason: 'try it' },
      reason: "App '/shop/web' does not exist",
      payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(JSON.stringify(entries)).not.toContain('hunter2');
    expect((await list('app=/shop/web&accepted=false')).entries).toHaveLength(1);
    expect((await list('accepted=true')).entries).toHaveLength(2);

    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`limit=2${cursor}`);
      ids.push(...page.entries.map(({ id }: { id: string }) => id));
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(ids).toEqual(entries.map(({ id }: { id: string }) => id));
  });

  it('tell what they led to', async () => {
    const { body } = await http().get('/ekiden/v1/commands/create').expect(200);
    expect(body.command).toMatchObject({ id: 'create', subjects: ['app:/shop/web', 'group:/shop'] });
    expect(body.events.map(({ type }: { type: string }) => type)).toContain('io.ekiden.DeploymentSucceeded');
    await http().get('/ekiden/v1/commands/nothing').expect(404);
  });

  it('to go back that were refused say why, and belong to the app', async () => {
    await http().post('/ekiden/v1/apps/nowhere/rollback').send({ to: 1 }).expect(404);
    const noted = async () =>
      (await http().get('/ekiden/v1/history?kind=command&app=/nowhere').expect(200)).body.entries;
    await expect.poll(noted).toHaveLength(1);
    const reason = "App '/nowhere' does not exist at 1";
    expect(await noted()).toEqual([expect.objectContaining({ command: 'RollbackApp', status: 404, reason })]);
  });
});

describe('one app, instance or deployment', () => {
  it('has its history, also under an id with slashes', async () => {
    const { body } = await http().get('/ekiden/v1/apps//shop/web/history?type=AppUpdated').expect(200);
    expect(typesOf(body)).toEqual(['AppUpdated']);
    await http().get('/ekiden/v1/apps/shop/web/nonsense').expect(404);
    await http().get('/ekiden/v1/apps').expect(404);
  });

  it('lists all failures', async () => {
    const { body } = await http().get('/ekiden/v1/apps/shop/web/failures').expect(200);
    expect(body.failures).toMatchObject([
      {
        appId: '/shop/web',
        taskId: failedTask,
        instanceId: instanceId(app.id, 1),
        position: 7,
        state: 'TASK_FAILED',
      },
    ]);
  });

  it('tells of deployments, whatever became of them', async () => {
    const { body } = await http().get('/ekiden/v1/deployments?state=finished').expect(200);
    expect(body.deployments).toMatchObject([
      {
        id: plan(app.id).id,
        state: 'succeeded',
        startedAt: iso(0),
        endedAt: iso(30),
        durationMs: 30_000,
        initiator: ADA,
        command: 'create',
        affectedApps: ['/shop/web'],
        failures: 1,
      },
    ]);
    const one = await http()
      .get(`/ekiden/v1/deployments/${plan(app.id).id}`)
      .expect(200);
    expect(one.body.failures).toMatchObject([{ taskId: failedTask }]);
    await http().get('/ekiden/v1/deployments/nothing').expect(404);
    await http().get('/ekiden/v1/deployments?state=over').expect(400);
  });

  it('leads back to where it came from', async () => {
    const { body } = await http()
      .get(`/ekiden/v1/instances/${instanceId(app.id, 1)}/origin`)
      .expect(200);
    expect(body.command).toMatchObject({ id: 'create' });
    expect(body.chain.map(({ type }: { type: string }) => type.slice(10))).toEqual([
      'InstanceProvisioned',
      'InstanceScheduled',
      'AppCreated',
      'DeploymentStarted',
    ]);
    await http().get('/ekiden/v1/instances/nothing/origin').expect(404);
  });
});

describe('the audit', () => {
  it('is exported as lines that can be proven, each the event as everywhere', async () => {
    const { text, headers } = await http().get('/ekiden/v1/audit/export?from=3&to=8').expect(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = text.trimEnd().split('\n');
    const { body: digest } = await http().get('/ekiden/v1/audit/digest?at=8').expect(200);
    const { body: before } = await http().get('/ekiden/v1/audit/digest?at=2').expect(200);
    expect(verifyAudit(lines)).toMatchObject({
      ok: true,
      events: 6,
      hash: digest.hash,
      previousHash: before.hash,
    });
    const [event] = await api.log.read(2, 1);
    const { hash: _, ...printed } = JSON.parse(lines[1]!) as { hash: string };
    expect(printed).toEqual(JSON.parse(JSON.stringify(cloudEventOf(event!))));
  });

  it.each(['export?from=5&to=2', 'export?to=99', 'export?from=x', 'digest?at=99', 'digest?at=x'])(
    'does not take %s',
    async (path) => {
      const { status } = await http().get(`/ekiden/v1/audit/${path}`);
      expect(status).toBe(400);
    },
  );
});
