import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import {
  appDefinition,
  launchEvents,
  plan,
  VERSION,
  VERSION_MS,
} from '../../../../test/support/domain-objects.js';
import { SseClient } from './sse-client.fixture.js';

let api: TestApi;

beforeEach(async () => {
  api = await startApi();
});

afterEach(() => api.close());

const web = appDefinition({ id: '/shop/web' });
const other = appDefinition({ id: '/other' });

/** Six events: an app, its launch, and a deployment of another app. */
const history = [
  { type: 'AppCreated', data: { app: web } },
  ...launchEvents(web),
  { type: 'AppCreated', data: { app: other } },
  { type: 'DeploymentStarted', data: { plan: plan(other.id), groupId: '/' } },
] as const;

const lines = async (query: string): Promise<{ position: number; type: string }[]> => {
  const answer = await fetch(`${api.url}/ekiden/v1/stream${query}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/x-ndjson;charset=utf-8',
  ]);
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { position: number; type: string });
};

const positions = async (query: string): Promise<number[]> =>
  (await lines(query)).map(({ position }) => position);

describe('GET /ekiden/v1/stream', () => {
  it('sends every event of the log whole, one to a line', async () => {
    await api.leader.append([{ type: 'AppDeleted', data: { appId: '/web' } }]);
    expect(await lines('?since=0&until=1')).toEqual([
      {
        specversion: '1.0',
        id: 'event-1',
        source: '/ekiden',
        type: 'io.ekiden.AppDeleted',
        subject: 'cluster',
        time: VERSION,
        datacontenttype: 'application/json',
        position: 1,
        epoch: 1,
        schemaversion: 1,
        actor: { kind: 'user', address: '192.0.2.9' },
        correlationid: 'command',
        data: { appId: '/web' },
      },
    ]);
  });

  it.each([
    ['?since=0&until=6', [1, 2, 3, 4, 5, 6]],
    ['?since=4&until=6', [5, 6]],
    ['?since=6&until=6', []],
    ['?since=0&until=6&type=AppCreated', [1, 5]],
    ['?since=0&until=6&type=io.ekiden.InstanceScheduled&type=DeploymentStarted', [2, 6]],
    ['?since=0&until=6&app=/shop/*', [1, 2, 3, 4]],
    ['?since=0&until=6&app=/other', [5, 6]],
    ['?since=0&until=6&app=/other&type=AppCreated', [5]],
    ['?since=0&until=6&stream=cluster', [1, 2, 3, 4, 5, 6]],
    ['?since=0&until=6&stream=app:/other', []],
    ['?since=0&until=6&type=appcreated', []],
    [`?since=2020-05-04T09:00:00Z&until=${VERSION}`, [1, 2, 3, 4, 5, 6]],
    [`?since=${VERSION}&until=6`, []],
    ['?since=2020-05-04T12:00:00+03:00&until=6', [1, 2, 3, 4, 5, 6]],
  ])('%s', async (query, expected) => {
    await api.leader.append([...history]);
    expect(await positions(query)).toEqual(expected);
  });

  it('goes on to an end that is still to come', async () => {
    await api.leader.append(history.slice(0, 2));
    const streamed = positions('?since=0&until=4');
    await api.leader.append(history.slice(2, 3));
    await api.leader.append(history.slice(3));
    expect(await streamed).toEqual([1, 2, 3, 4]);
  });

  it('frames as server-sent events for those who name them, and resumes by their header', async () => {
    await api.leader.append(history.slice(0, 5));
    const client = await SseClient.open(`${api.url}/ekiden/v1/stream`, { 'last-event-id': '4' });
    await client.frames(1);
    await api.leader.append(history.slice(5));
    const frames = await client.frames(2);
    expect(client.headers['content-type']).toBe('text/event-stream;charset=utf-8');
    expect(frames.map(({ id, event }) => [id, event])).toEqual([
      ['5', 'io.ekiden.AppCreated'],
      ['6', 'io.ekiden.DeploymentStarted'],
    ]);
    expect(frames[0]?.data).toMatchObject({ position: 5, data: { app: { id: '/other' } } });
    expect(client.text).toMatch(/^id: 5\r\nevent: io\.ekiden\.AppCreated\r\ndata: \{"specversion":"1\.0",/);
    client.close();
  });

  it('tells of nothing that is not on the log, and nobody of who listens', async () => {
    const bus = await SseClient.open(`${api.url}/v2/events`, {});
    const client = await SseClient.open(`${api.url}/ekiden/v1/stream`, {});
    await bus.frames(1);
    await api.leader.append(history.slice(0, 2));
    expect((await client.frames(2)).map(({ id }) => id)).toEqual(['1', '2']);
    expect((await bus.frames(2)).map(({ event }) => event)).toEqual([
      'event_stream_attached',
      'instance_changed_event',
    ]);
    expect(api.metrics.gauge('http.event-streams.active').value).toBe(2);
    client.close();
    bus.close();
  });

  it('refuses what it cannot write and what makes no sense', async () => {
    const status = async (query: string, accept = '*/*') =>
      (await fetch(`${api.url}/ekiden/v1/stream${query}`, { headers: { accept } })).status;
    expect(await status('', 'application/json')).toBe(406);
    expect(await status('?since=soon')).toBe(400);
    expect(await status('?until=-1')).toBe(400);
    const future = new Date(VERSION_MS + 60_000).toISOString();
    expect(await status(`?since=${future}`)).toBe(400);
    const head = await fetch(`${api.url}/ekiden/v1/stream`, { method: 'HEAD' });
    expect(head.headers.get('content-type')).toBe('application/x-ndjson;charset=utf-8');
  });

  it('keeps lines alive with empty ones', async () => {
    await api.close();
    api = await startApi([], { eventStreamHeartbeatMs: 5 });
    const answer = await fetch(`${api.url}/ekiden/v1/stream`);
    const reader = answer.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^\n+$/);
    await reader.cancel();
  });
});
