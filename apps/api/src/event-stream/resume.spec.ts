import { afterEach, describe, expect, it, vi } from 'vitest';
import { FailedProbe } from '#domain';
import { createMemoryEventLog } from '#event-log';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition, instanceId, launchEvents, VERSION, VERSION_MS } from '../domain-objects.fixture.js';
import { AnnounceFailedProbe } from './announce-failed-probe.js';
import { GAP } from './bus-subscription.js';
import { SseClient } from './sse-client.fixture.js';

let api: TestApi;
let clients: SseClient[] = [];

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await api.close();
});

async function subscribe(query: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const client = await SseClient.open(`${api.url}/v2/events${query}`, headers);
  clients.push(client);
  return client;
}

const app = appDefinition();

const ids = async (client: SseClient, count: number): Promise<(string | undefined)[]> =>
  (await client.frames(count)).map(({ id }) => id);

describe('resuming /v2/events by time', () => {
  it.each([
    ['2020-05-04T09:59:59.999Z', '1'],
    ['2020-05-04T11:59:59+02:00', '1'],
    [VERSION, '5'],
  ])('since %s', async (since, first) => {
    api = await startApi();
    await api.leader.append(launchEvents(app));
    await api.leader.append(launchEvents(app, 2).slice(0, 1));
    const client = await subscribe(`?since=${since}&event_type=instance_changed_event`);
    // Whoever asks for what is behind all events hears the next one.
    await client.frames(0);
    await api.leader.append(launchEvents(app, 3).slice(0, 1));
    expect((await ids(client, 1))[0]).toBe(first);
  });

  it('refuses a time that has not come yet', async () => {
    api = await startApi();
    const future = new Date(VERSION_MS + 11_000).toISOString();
    expect((await subscribe(`?since=${future}`)).status).toBe(400);
  });
});

/** As if everything before position 3 had been given up. */
const startShortened = async (): Promise<void> => {
  const { log } = createMemoryEventLog();
  const read = log.read.bind(log);
  vi.spyOn(log, 'read').mockImplementation(async (after, limit) =>
    (await read(after, limit)).filter(({ position }) => position >= 3),
  );
  api = await startApi([], { log });
  await api.leader.append([...launchEvents(app), ...launchEvents(app, 2)]);
};

describe('a log that does not reach back far enough', () => {
  it.each([
    ['?since=1', {}, true],
    ['?extended=true', { 'last-event-id': '1' }, true],
    ['?since=1&event_type=event_gap_event&event_type=event_stream_attached', {}, true],
    ['', { 'last-event-id': '1' }, false],
    ['?since=1&event_type=status_update_event', {}, false],
    ['?since=2', {}, false],
  ] as const)('is told to %s with %j: %s', async (query, headers, isTold) => {
    await startShortened();
    const client = await subscribe(query, headers);
    const frames = (await client.frames(2)).filter(({ event }) => event !== 'event_stream_attached');
    const gaps = frames.filter(({ event }) => event === GAP);
    const data = { oldest: 3, requested: 1, eventType: GAP, timestamp: '2020-05-04T10:00:10.000Z' };
    expect(gaps).toEqual(isTold ? [{ event: GAP, id: undefined, data }] : []);
    // Nothing of the log comes before it.
    expect(frames.indexOf(gaps[0]!)).toBe(isTold ? 0 : -1);
  });
});

describe('events that are not on the log', () => {
  it('carry the address that a trusted proxy names', async () => {
    api = await startApi(['--trusted_proxies', '127.0.0.1']);
    const client = await subscribe('', { 'x-forwarded-for': '198.51.100.7' });
    expect((await client.frames(1))[0]).toEqual({
      event: 'event_stream_attached',
      id: undefined,
      data: {
        remoteAddress: '198.51.100.7',
        eventType: 'event_stream_attached',
        timestamp: '2020-05-04T10:00:10.000Z',
      },
    });
    const guest = await subscribe('', { 'x-forwarded-for': '203.0.113.9, 198.51.100.8' });
    await guest.frames(1);
    guest.close();
    expect((await client.frames(3)).map(({ event, data }) => [event, data['remoteAddress']])).toEqual([
      ['event_stream_attached', '198.51.100.7'],
      ['event_stream_attached', '198.51.100.8'],
      ['event_stream_detached', '198.51.100.8'],
    ]);
  });

  it('carry the peer of a proxy that nobody trusts', async () => {
    api = await startApi();
    const client = await subscribe('', { 'x-forwarded-for': '198.51.100.7' });
    expect((await client.frames(1))[0]?.data).toMatchObject({ remoteAddress: '127.0.0.1' });
  });

  it('tell of probes that failed without changing anything', async () => {
    api = await startApi();
    const client = await subscribe('?event_type=failed_health_check_event&app=/foo');
    const id = instanceId(app.id, 1);
    const healthCheck = { protocol: 'TCP' as const, ipProtocol: 'IPv4' as const, ...TIMING };
    const probe = new FailedProbe(app.id, id, healthCheck, VERSION_MS);
    api.app.get(AnnounceFailedProbe).handle(probe);
    expect(await client.frames(1)).toEqual([
      {
        event: 'failed_health_check_event',
        id: undefined,
        data: {
          appId: '/foo',
          taskId: id,
          healthCheck,
          eventType: 'failed_health_check_event',
          timestamp: VERSION,
        },
      },
    ]);
  });
});

const TIMING = {
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
};
