import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent } from '#domain';
import { startApi, type TestApi } from '../api.fixture.js';
import {
  appDefinition,
  launchEvents,
  plan,
  VERSION,
  VERSION_MS,
} from '../../../../test/support/domain-objects.js';
import { openLog } from './busy-log.fixture.js';

const LATER = '2020-05-04T10:00:05.000Z';
const first = appDefinition({ id: '/g/a', env: { STAGE: 'one' }, labels: { 'team/x': 'y' } });
const second = appDefinition({ id: '/g/a', env: { STAGE: 'two' }, instances: 3, version: LATER });

/** Positions 1 to 7. */
const LIFE: readonly DomainEvent[] = [
  { type: 'GroupCreated', data: { groupId: '/g' } },
  { type: 'AppCreated', data: { app: first } },
  ...launchEvents(first),
  { type: 'AppUpdated', data: { app: second, change: 'configuration' } },
  { type: 'AppDeleted', data: { appId: '/g/a' } },
];

const READS = [
  '/v2/apps?embed=apps.tasks',
  '/v2/apps?id=g&embed=apps.counts',
  '/v2/apps/g/a',
  '/v2/apps/g/a/versions',
  `/v2/apps/g/a/versions/${VERSION}`,
  '/v2/apps/g/a/tasks',
  '/v2/apps/g/*',
  '/v2/apps/g/*/tasks',
  '/v2/groups',
  '/v2/groups/g?embed=group.apps',
  '/v2/groups/g/apps',
  '/v2/groups/versions',
  '/v2/tasks?status=running',
  '/v2/deployments',
];

interface Got {
  readonly status: number;
  readonly sequence: string | null;
  readonly text: string;
}

let api: TestApi;

const get = async (path: string, init: RequestInit = {}): Promise<Got> => {
  const answer = await fetch(api.url + path, init);
  return {
    status: answer.status,
    sequence: answer.headers.get('x-ekiden-sequence'),
    text: await answer.text(),
  };
};

const post = async (path: string, body: unknown): Promise<Got> =>
  get(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const diff = async (query: string) => {
  const { status, text } = await get(`/ekiden/v1/diff?${query}`);
  return { status, ...(JSON.parse(text) as object) };
};

const at = (path: string, moment: string | number): string =>
  `${path}${path.includes('?') ? '&' : '?'}at=${moment}`;

describe.each(['in memory', 'in a file'])('the past of a log %s', (where) => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ekiden-past-'));
    const log = where === 'in a file' ? await openLog(join(directory, 'events.db')) : undefined;
    api = await startApi([], log === undefined ? {} : { log });
  });

  afterEach(async () => {
    await api.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is what reads were answered then, byte for byte', async () => {
    const answered = new Map<string, Got>();
    for (const [index, event] of LIFE.entries()) {
      const position = await api.leader.append([event]);
      expect(position).toBe(index + 1);
      for (const path of READS) {
        const got = await get(
          path.includes('?') ? `${path}&min_sequence=${position}` : `${path}?min_sequence=${position}`,
        );
        answered.set(at(path, position), got);
      }
    }
    for (const [path, got] of [...answered].toReversed())
      expect([path, await get(path)]).toEqual([path, got]);
  });

  it('has text task lists, HEAD and refusals of its own', async () => {
    await api.leader.append(LIFE.slice(0, 5));
    await api.leader.append(LIFE.slice(5));
    const text = await get(at('/v2/tasks', 5), { headers: { accept: 'text/plain' } });
    expect(text).toEqual({ status: 200, sequence: '5', text: 'g_a\t10000\tagent1.example:31001\t\n' });
    expect(await get(at('/v2/apps', 2), { method: 'HEAD' })).toEqual({
      status: 200,
      sequence: '2',
      text: '',
    });
    expect(await get(at('/v2/apps/g/a', 7))).toMatchObject({ status: 404, sequence: '7' });
    expect(await get(at('/v2/apps', 8))).toMatchObject({ status: 400, sequence: null });
    expect(await get(at('/v2/apps', 'soon'))).toMatchObject({ status: 400 });
    expect(await get(at('/v2/apps', '2031-01-01T00:00:00Z'))).toMatchObject({ status: 400 });
    expect(JSON.parse((await get(at('/v2/apps', VERSION))).text)).toEqual({ apps: [] });
    expect(await get(at('/v2/apps', '2019-01-01T00:00:00Z'))).toMatchObject({
      status: 200,
      sequence: '0',
      text: '{"apps":[]}',
    });
  });

  it('lasts for tasks until the moment that is asked for', async () => {
    await api.leader.append(LIFE.slice(0, 5));
    await api.leader.append(LIFE.slice(5));
    const { text } = await get(at('/v2/apps?embed=apps.taskStats', 5));
    expect(text).toContain('"averageSeconds":0,');
  });

  it('tells the launch queue as far as it was recorded', async () => {
    await api.leader.append(LIFE.slice(0, 3));
    await api.leader.append(LIFE.slice(3));
    const { text } = await get(at('/v2/queue', 3));
    expect(JSON.parse(text)).toMatchObject({ queue: [{ count: 1, app: { id: '/g/a' } }] });
    expect(await get(at('/v2/queue', 5))).toMatchObject({ status: 200, text: '{"queue":[]}' });
  });

  it('can be compared with any other moment', async () => {
    await api.leader.append(LIFE);
    expect(await diff('app=/g/a&from=2&to=6')).toEqual({
      status: 200,
      from: { position: 2, time: VERSION, version: VERSION },
      to: { position: 6, time: VERSION, version: LATER },
      changes: [
        {
          id: '/g/a',
          kind: 'changed',
          fields: [
            { path: '/instances', from: 1, to: 3 },
            { path: '/labels/team~1x', from: 'y' },
            { path: '/env/STAGE', from: 'one', to: 'two' },
          ],
        },
      ],
    });
    expect(await diff('stream=app:/g/a&from=6&to=6')).toMatchObject({ changes: [] });
    expect(await diff('group=/nobody&from=0')).toMatchObject({ status: 404 });
    expect(await diff('group=/g&from=0&to=2')).toMatchObject({
      changes: [
        {
          id: '/g',
          kind: 'added',
          fields: [
            { path: '/id', to: '/g' },
            { path: '/dependencies', to: [] },
          ],
        },
        { id: '/g/a', kind: 'added' },
      ],
    });
    expect(await diff('group=/&from=6')).toMatchObject({
      to: { position: 7 },
      changes: [{ id: '/g/a', kind: 'removed' }],
    });
    for (const refused of [
      'from=1',
      'app=/g/a',
      'app=/g/a&group=/g&from=1',
      'stream=x&from=1',
      'app=/g/a&from=99',
    ]) {
      expect(await diff(refused)).toMatchObject({ status: 400, message: expect.any(String) });
    }
  });

  it('is where apps and groups are rolled back to', async () => {
    const accepted = { kind: 'accepted', deploymentId: 'd-1', version: LATER, plan: plan('/g/a') } as const;
    await api.leader.append(LIFE);
    api.leader.decide = () => ({ reply: accepted });
    const back = await post('/ekiden/v1/apps/g/a/rollback?force=true', { to: 5 });
    expect(back).toEqual({ status: 200, sequence: '7', text: `{"version":"${LATER}","deploymentId":"d-1"}` });
    expect(await post('/ekiden/v1/apps//g/a/rollback', { to: '6' })).toMatchObject({ status: 200 });
    expect(await post('/ekiden/v1/groups/g/rollback', { to: '2' })).toMatchObject({ status: 200 });
    expect(api.leader.submitted.map(({ command }) => command)).toEqual([
      { type: 'RollbackApp', app: first, force: true, uri: '/ekiden/v1/apps/g/a/rollback' },
      { type: 'RollbackApp', app: second, force: false, uri: '/ekiden/v1/apps//g/a/rollback' },
      {
        type: 'RollbackGroup',
        groupId: '/g',
        groups: [{ id: '/g', dependencies: [] }],
        apps: [first],
        force: false,
      },
    ]);
  });

  it.each([
    ['/ekiden/v1/apps/g/a/rollback', { to: 7 }, 404],
    ['/ekiden/v1/apps/nobody/rollback', { to: 5 }, 404],
    ['/ekiden/v1/groups/nobody/rollback', { to: 5 }, 404],
    ['/ekiden/v1/apps/g/a/rollback', { to: 99 }, 400],
    ['/ekiden/v1/apps/g/a/rollback', {}, 422],
    ['/ekiden/v1/apps/g/a/rollback', { to: true }, 422],
    ['/ekiden/v1/apps/g/a/rollback', { to: 'yesterday' }, 422],
    ['/ekiden/v1/apps/g/a/rollback', 'no JSON', 400],
    ['/ekiden/v1/apps/g/a/roll', { to: 1 }, 404],
  ])('%s %j is refused with %d', async (path, body, status) => {
    await api.leader.append(LIFE);
    const answer = await post(path, body);
    expect(answer.status, answer.text).toBe(status);
    expect(JSON.parse(answer.text)).toHaveProperty('message');
    expect(api.leader.submitted).toEqual([]);
  });
});

describe('min_sequence', () => {
  beforeEach(async () => {
    api = await startApi([], { nowMs: () => VERSION_MS + 10_000 });
  });

  afterEach(() => api.close());

  it('lets a read wait for a position, and tells which one it shows', async () => {
    await api.leader.append(LIFE.slice(0, 1));
    const waiting = get('/v2/apps/g/a?min_sequence=2');
    await api.leader.append(LIFE.slice(1, 2));
    expect(await waiting).toMatchObject({ status: 200, sequence: '2' });
    expect(await get('/v2/info?min_sequence=2')).toMatchObject({ status: 200, sequence: '2' });
    expect(await get('/v2/apps?min_sequence=x')).toMatchObject({ status: 400 });
    expect(await get('/v2/apps')).toMatchObject({ status: 200, sequence: null });
  });

  it('is refused with what was reached when that takes too long', async () => {
    await api.leader.append(LIFE.slice(0, 2));
    const refused = await get('/v2/apps?min_sequence=3');
    expect(refused).toEqual({
      status: 503,
      sequence: '2',
      text: '{"message":"This node has reached position 2, not 3"}',
    });
  });
});
