import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition, launchEvents, plan } from '../domain-objects.fixture.js';
import { SseClient } from './sse-client.fixture.js';

let api: TestApi;
const clients: SseClient[] = [];

beforeEach(async () => {
  api = await startApi();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await api.close();
});

async function subscribe(query = '', headers: Record<string, string> = {}): Promise<SseClient> {
  const client = await SseClient.open(`${api.url}/v2/events${query}`, headers);
  clients.push(client);
  return client;
}

const app = appDefinition();
const creation = [
  { type: 'AppCreated', data: { app, uri: '/v2/apps' } },
  { type: 'GroupCreated', data: { groupId: '/' } },
  { type: 'DeploymentStarted', data: { plan: plan(app.id), groupId: '/' } },
  { type: 'DeploymentStepStarted', data: { plan: plan(app.id), from: 0, step: 1 } },
] as const;

const scheduled = (number: number) => launchEvents(app, number).slice(0, 1);

describe('GET /v2/events', () => {
  it('opens with the headers of the contract, uncompressed', async () => {
    const client = await subscribe('', { 'accept-encoding': 'gzip' });
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream;charset=utf-8',
      connection: 'close',
      'x-accel-buffering': 'no',
      'cache-control': 'no-cache, no-store, must-revalidate',
    });
    expect(client.headers).not.toHaveProperty('content-encoding');
    expect(client.headers).not.toHaveProperty('content-length');
  });

  it.each(['application/json', '*/*'])('answers 405 to Accept %s', async (accept) => {
    const answer = await fetch(`${api.url}/v2/events`, { headers: { accept } });
    expect([answer.status, await answer.json()]).toEqual([405, { message: 'Method Not Allowed' }]);
  });

  it('answers HEAD with the head and opens no stream', async () => {
    const answer = await fetch(`${api.url}/v2/events`, {
      method: 'HEAD',
      headers: { accept: 'application/json, text/event-stream' },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream;charset=utf-8',
    ]);
    expect(api.metrics.gauge('http.event-streams.active').value).toBe(0);
  });

  it('refuses a position that is no number', async () => {
    const client = await subscribe('?since=yesterday');
    expect(client.status).toBe(400);
  });

  it('frames with CRLF, the id before the event, and the own attachment first, without id', async () => {
    const client = await subscribe();
    await client.frames(1);
    await api.leader.append(creation.slice(2, 3));
    await client.frames(2);
    const [attached, changed] = client.text.split('\r\n\r\n');
    expect(attached).toMatch(
      /^event: event_stream_attached\r\ndata: \{"remoteAddress":"127\.0\.0\.1","eventType":"event_stream_attached"/,
    );
    expect(changed).toBe(
      'id: 1\r\nevent: group_change_success\r\ndata: {"groupId":"/","version":"2020-05-04T10:00:00.000Z",' +
        '"eventType":"group_change_success","timestamp":"2020-05-04T10:00:00.000Z"}',
    );
    expect(client.text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('tells a creation in the order of the log', async () => {
    const client = await subscribe();
    await api.leader.append([...creation, ...launchEvents(app)]);
    const frames = await client.frames(9);
    expect(frames.map(({ event }) => event)).toEqual([
      'event_stream_attached',
      'api_post_event',
      'group_change_success',
      'deployment_info',
      'instance_changed_event',
      'status_update_event',
      'instance_changed_event',
      'status_update_event',
      'instance_changed_event',
    ]);
  });

  it('gives the id to the last frame of a position only, among those the client wants', async () => {
    const all = await subscribe();
    const filtered = await subscribe('?event_type=status_update_event&event_type=api_post_event');
    const withoutIds = await subscribe('?ids=false');
    await api.leader.append([...creation.slice(0, 1), ...launchEvents(app)]);
    // Attachments of others, then positions 1, 2, 3 (two frames), 4 (two frames).
    const seen = (await all.frames(9)).map(({ id }) => id);
    expect(seen).toEqual([undefined, undefined, undefined, '1', '2', undefined, '3', undefined, '4']);
    expect((await filtered.frames(3)).map(({ event, id }) => [event, id])).toEqual([
      ['api_post_event', '1'],
      ['status_update_event', '3'],
      ['status_update_event', '4'],
    ]);
    expect((await withoutIds.frames(7)).every(({ id }) => id === undefined)).toBe(true);
  });

  it('resumes behind the id that was seen last, without gap or repetition', async () => {
    await api.leader.append([...creation]);
    const resumed = await subscribe('?since=1', { 'last-event-id': '2' });
    await api.leader.append(launchEvents(app));
    const frames = (await resumed.frames(8)).filter(({ event }) => event !== 'event_stream_attached');
    expect(frames.map(({ id }) => id)).toEqual(['3', '4', '5', undefined, '6', undefined, '7']);
    const fromStart = await subscribe('?since=0&event_type=api_post_event');
    expect((await fromStart.frames(1)).map(({ id }) => id)).toEqual(['1']);
  });

  it('replays a long log in full to a client that comes while it grows', async () => {
    for (let batch = 0; batch < 15; batch += 1) {
      await api.leader.append(
        Array.from({ length: 100 }, (_, index) => scheduled(batch * 100 + index)).flat(),
      );
    }
    const client = await subscribe('?since=0&event_type=instance_changed_event');
    for (let batch = 15; batch < 20; batch += 1) {
      await api.leader.append(
        Array.from({ length: 100 }, (_, index) => scheduled(batch * 100 + index)).flat(),
      );
    }
    const frames = await client.frames(2000);
    expect(frames.map(({ id }) => Number(id))).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
  });

  it('filters by app', async () => {
    const client = await subscribe('?app=/shop/*');
    const web = appDefinition({ id: '/shop/web' });
    await api.leader.append([...creation, ...launchEvents(app), ...launchEvents(web)]);
    const frames = await client.frames(5);
    expect(frames.map(({ data }) => data['runSpecId'] ?? data['appId'])).toEqual(
      Array.from({ length: 5 }, () => '/shop/web'),
    );
  });

  it('tells the others who came and who went', async () => {
    const watcher = await subscribe('?event_type=event_stream_attached&event_type=event_stream_detached');
    const guest = await subscribe();
    await watcher.frames(2);
    guest.close();
    expect((await watcher.frames(3)).map(({ event }) => event)).toEqual([
      'event_stream_attached',
      'event_stream_attached',
      'event_stream_detached',
    ]);
    await eventually(() => expect(api.metrics.gauge('http.event-streams.active').value).toBe(1));
  });

  it('shows in reads whatever was seen on the stream', async () => {
    const client = await subscribe('?event_type=api_post_event');
    const appended = api.leader.append([...creation]);
    await client.frames(1);
    const read = await fetch(`${api.url}/v2/apps/foo`);
    expect(read.status).toBe(200);
    await appended;
  });

  it('ends when the server stops', async () => {
    const client = await subscribe();
    await client.frames(1);
    await api.close();
    expect(await client.ended).toBe('complete');
    api = await startApi();
  });
});

describe('keeping a stream alive', () => {
  it('sends empty lines', async () => {
    await api.close();
    api = await startApi([], { eventStreamHeartbeatMs: 5 });
    const client = await subscribe('?event_type=none');
    await eventually(() => expect(client.text.startsWith('\r\n\r\n\r\n')).toBe(true));
  });
});

/** Polls until the assertion holds; on a busy machine that may take a while. */
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 30_000 });
