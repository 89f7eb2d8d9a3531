import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { backOffMs } from './back-off.js';
import { DeniedNetworks } from './denied-networks.js';
import { createSender, type DeliveryOutcome } from './post.js';
import { sign } from './sign.js';

let server: Server | undefined;

afterEach(() => server?.closeAllConnections());

async function send(answer: RequestListener, denied: readonly string[] = [], host = '127.0.0.1') {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sender = createSender(new DeniedNetworks(denied));
  const delivery = { url: `http://${host}:${port}/hook`, headers: {}, body: '{}', timeoutMs: 200 };
  const outcome = await sender.post(delivery, new AbortController().signal);
  await sender.close();
  server.close();
  return outcome;
}

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code, { location: '/elsewhere' }).end('text');

describe('a request', () => {
  it.each<[number, DeliveryOutcome['kind']]>([
    [200, 'delivered'],
    [299, 'delivered'],
    [302, 'failed'],
    [410, 'gone'],
    [500, 'failed'],
  ])('that is answered %i is %s', async (code, kind) => {
    expect((await send(status(code))).kind).toBe(kind);
  });

  it('follows no redirect', async () => {
    const paths: unknown[] = [];
    await send((request, response) => {
      paths.push(request.url);
      status(307)(request, response);
    });
    expect(paths).toEqual(['/hook']);
  });

  it('fails when no answer comes in time', async () => {
    expect(await send(() => undefined)).toEqual({ kind: 'failed', error: 'no answer within 200 ms' });
  });

  it.each<[string, RequestListener]>([
    ['never ends', (_, response) => response.writeHead(200).write('a')],
    [
      'comes byte by byte',
      (_, response) => {
        const writing = setInterval(() => response.write('a'), 10);
        response.writeHead(200).on('close', () => clearInterval(writing));
      },
    ],
    ['is huge', (_, response) => response.end(Buffer.alloc(10_000_000))],
  ])('is delivered when the answer %s, and keeps no connection for each event', async (_, answer) => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const open = new Set<Socket>();
    server.on('connection', (socket: Socket) => open.add(socket.on('close', () => open.delete(socket))));
    const { port } = server.address() as AddressInfo;
    const sender = createSender(new DeniedNetworks([]));
    const delivery = { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', timeoutMs: 100 };
    for (let event = 0; event < 8; event++) {
      expect((await sender.post(delivery, new AbortController().signal)).kind).toBe('delivered');
    }
    await vi.waitFor(() => expect(open.size).toBeLessThanOrEqual(2));
    await sender.close();
    server.close();
  });

  it.each([
    ['127.0.0.1', '127.0.0.0/8'],
    ['localhost', '127.0.0.1'],
  ])('does not go to %s when %s is excluded', async (host, network) => {
    const outcome = await send(status(200), [network, '::1'], host);
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('--webhook_denied_networks'),
    });
  });

  it('goes where nothing is excluded, by name too', async () => {
    expect((await send(status(200), ['10.0.0.0/8'], 'localhost')).kind).toBe('delivered');
  });
});

describe('the signature', () => {
  it('covers time and body', () => {
    const signature = sign('{"a":1}', 'secret', 1_500_000_000_999);
    expect(signature).toMatch(/^t=1500000000,v1=[0-9a-f]{64}$/);
    const others = [
      sign('{"a":2}', 'secret', 1_500_000_000_999),
      sign('{"a":1}', 'other', 1_500_000_000_999),
    ];
    expect(others).not.toContain(signature);
  });
});

describe('the back-off', () => {
  it('doubles up to five minutes, with some jitter', () => {
    const means = [1, 2, 3, 9, 10, 50].map((attempts) => backOffMs('webhook', attempts, 0.5));
    expect(means).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect([backOffMs('webhook', 1, 0), backOffMs('webhook', 1, 0.999_999)]).toEqual([800, 1200]);
    expect([1, 2, 9, 60].map((attempts) => backOffMs('callback', attempts, 0))).toEqual([
      2000, 4000, 300_000, 300_000,
    ]);
  });
});
