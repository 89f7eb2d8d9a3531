import type { HealthCheck } from '#domain';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { HostAddresses } from './host-addresses.js';
import { createProbe } from './probe.js';
import { httpServer, tcpServer, type TestServer } from './server.fixture.js';

const probe = createProbe();

const check = (changes: Partial<HealthCheck> = {}): HealthCheck => ({
  protocol: 'HTTP',
  path: '/health',
  ignoreHttp1xx: false,
  ipProtocol: 'IPv4',
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 0.3,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
  ...changes,
});

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const probed = async (changes: Partial<HealthCheck> = {}, host = '127.0.0.1') =>
  probe({ host, port: server?.port ?? 1 }, check(changes));

const answering = (status: number) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, status === 301 ? { location: '/elsewhere' } : {}).end('text');
};

describe('an HTTP probe', () => {
  it.each([
    [200, { healthy: true }],
    [204, { healthy: true }],
    [301, { healthy: true }],
    [399, { healthy: true }],
    [400, { healthy: false, cause: '400 Bad Request' }],
    [404, { healthy: false, cause: '404 Not Found' }],
    [503, { healthy: false, cause: '503 Service Unavailable' }],
  ])('answered with %i', async (status, outcome) => {
    server = await httpServer(answering(status));
    expect(await probed()).toEqual(outcome);
  });

  it.each([
    ['HTTP/1.1 103 Early Hints\r\n\r\n', '103 Early Hints'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      '101 Switching Protocols',
    ],
  ])('discards 1xx only if told to: %j', async (head, cause) => {
    server = await tcpServer((socket) => socket.once('data', () => socket.write(head)));
    expect(await probed()).toEqual({ healthy: false, cause });
    expect(await probed({ ignoreHttp1xx: true })).toBe('discarded');
  });

  it('asks for the path as it is written, of the host by its name', async () => {
    const seen: unknown[] = [];
    server = await httpServer(({ method, url, headers }, response) => {
      seen.push([method, url, headers.host]);
      response.end();
    });
    await probed({ path: 'a b/ü?x=%20&y=1' }, 'localhost');
    const { path: _, ...withoutPath } = check();
    await probe({ host: '127.0.0.1', port: server.port }, withoutPath);
    expect(seen).toEqual([
      ['GET', '/a%20b/%C3%BC?x=%20&y=1', `localhost:${server.port}`],
      ['GET', '/', `127.0.0.1:${server.port}`],
    ]);
  });

  it('follows a server that flaps', async () => {
    let sick = false;
    server = await httpServer((_, response) => response.writeHead(sick ? 500 : 200).end());
    const seen: boolean[] = [];
    for (const next of [true, false, true]) {
      const outcome = await probed();
      seen.push(outcome !== 'discarded' && outcome.healthy);
      sick = next;
    }
    expect(seen).toEqual([true, false, true]);
  });

  it('waits for an answer as long as the time-out says, from the beginning', async () => {
    server = await httpServer(() => undefined);
    const startedMs = performance.now();
    expect(await probed()).toEqual({ healthy: false, cause: 'no answer within 0.3 s' });
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('does not wait for a slow body', async () => {
    server = await httpServer((_, response) => {
      response.writeHead(200);
      response.write('the beginning');
    });
    expect(await probed({ timeoutSeconds: 30 })).toEqual({ healthy: true });
  });

  it('fails where nobody listens, where nobody is, and where no HTTP is spoken', async () => {
    expect(await probed()).toMatchObject({ healthy: false, cause: expect.stringContaining('ECONNREFUSED') });
    expect(await probed({}, 'nobody.invalid')).toMatchObject({ healthy: false });
    server = await tcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
    expect(await probed()).toMatchObject({ healthy: false });
  });
});

describe('an HTTPS probe', () => {
  it('takes any certificate', async () => {
    server = await httpServer(answering(200), { secure: true });
    expect(await probed({ protocol: 'HTTPS', timeoutSeconds: 5 })).toEqual({ healthy: true });
  });

  it('fails where no TLS is spoken', async () => {
    server = await httpServer(answering(200));
    expect(await probed({ protocol: 'HTTPS', timeoutSeconds: 5 })).toMatchObject({ healthy: false });
  });
});

describe('the address of a host', () => {
  it('is asked for once per while, by all who need it', async () => {
    let nowMs = 0;
    const addresses = new HostAddresses(() => nowMs);
    const first = addresses.resolve('localhost');
    expect(addresses.resolve('localhost')).toBe(first);
    nowMs = 29_999;
    expect(addresses.resolve('localhost')).toBe(first);
    nowMs = 30_000;
    expect(addresses.resolve('localhost')).not.toBe(first);
    expect(addresses.resolve('::1')).toBe('::1');
    expect(await first).toBe('127.0.0.1');
  });

  it('must be found within the time-out too', async () => {
    const silent = new HostAddresses();
    silent.resolve = () => new Promise<string>(() => undefined);
    const outcome = await createProbe(silent)({ host: 'agent.example', port: 1 }, check());
    expect(outcome).toEqual({ healthy: false, cause: 'no answer within 0.3 s' });
  });
});

describe('a TCP probe', () => {
  it('connects and hangs up', async () => {
    server = await tcpServer();
    expect(await probed({ protocol: 'TCP' })).toEqual({ healthy: true });
  });

  it('fails where nobody listens', async () => {
    expect(await probed({ protocol: 'TCP' })).toMatchObject({ healthy: false });
  });
});
