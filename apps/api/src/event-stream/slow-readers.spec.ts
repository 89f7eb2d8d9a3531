import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition } from '../domain-objects.fixture.js';
import { SseClient } from './sse-client.fixture.js';

let api: TestApi;

afterEach(() => api.close());

const bulky = appDefinition({ labels: { text: 'x'.repeat(50_000) } });
const batch = Array.from({ length: 20 }, () => ({
  type: 'AppUpdated' as const,
  data: { app: bulky, change: 'configuration' as const, uri: '/v2/apps/foo' },
}));

const openStreams = (count: number) =>
  eventually(() => expect(api.metrics.gauge('http.event-streams.active').value).toBe(count));

describe('a reader that is too slow', () => {
  it.each([
    ['messages', ['--event_stream_max_outstanding_messages', '10']],
    ['bytes', ['--event_stream_max_outstanding_bytes', '4096']],
  ])('is cut off when it leaves too many %s', async (_what, flags) => {
    api = await startApi(flags);
    const socket = await stuckReader(new URL(api.url));
    await openStreams(1);
    await appendUntilCut();
    await openStreams(0);
    expect(api.metrics.counter('event-streams.dropped-slow').count).toBe(1);
    socket.destroy();
  });

  it('harms nobody else, and goes on behind the last id that it has', async () => {
    api = await startApi(['--event_stream_max_outstanding_messages', '100']);
    const socket = await stuckReader(new URL(api.url));
    const keen = await SseClient.open(`${api.url}/v2/events?event_type=api_post_event`, {});
    await openStreams(2);
    const last = await appendUntilCut();
    await openStreams(1);
    const ids = (await keen.frames(last)).map(({ id }) => Number(id));
    expect(ids).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    keen.close();

    let seen = '';
    socket.on('data', (data) => (seen += data.toString('latin1')));
    socket.resume();
    await once(socket, 'close');
    const before = Number([...seen.matchAll(/^id: (\d+)\r\n/gm)].at(-1)?.[1]);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(last);
    const resumed = await SseClient.open(`${api.url}/v2/events?since=${before - 1}`, {});
    const frames = (await resumed.frames(last - before + 2)).filter(({ id }) => id !== undefined);
    expect(Number(frames[0]?.id)).toBe(before);
    expect(frames).toHaveLength(last - before + 1);
    resumed.close();
  });
});

/** Polls until the assertion holds; on a busy machine that may take a while. */
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 30_000 });

/** Subscribes and never reads. */
async function stuckReader(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.pause();
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write('GET /v2/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n');
  return socket;
}

/** Puts events on the log until somebody has been cut off; the position of the last one. */
async function appendUntilCut(): Promise<number> {
  const dropped = api.metrics.counter('event-streams.dropped-slow');
  let last = 0;
  while (dropped.count === 0) last = await api.leader.append(batch);
  return last;
}
