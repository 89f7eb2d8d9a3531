import type { ReadinessCheck } from '#domain';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckedApp, until } from '../health/checked-app.fixture.js';
import { httpServer, tcpServer, type TestServer } from '../health/server.fixture.js';
import { askReadiness } from './ask-readiness.js';
import { ReadinessPoller } from './readiness-poller.js';

const READINESS = { portName: 'http', intervalSeconds: 2, timeoutSeconds: 1, preserveLastResponse: true };
const definition = (instances: number) => ({
  instances,
  portDefinitions: [{ port: 0, name: 'http' }],
  readinessChecks: [READINESS],
});

describe('ReadinessPoller', () => {
  let app: CheckedApp;
  let poller: ReadinessPoller;
  let statuses: number[];
  const asked: (string | undefined)[] = [];

  afterEach(async () => {
    poller.stop();
    await app.stop();
    asked.length = 0;
  });

  const poll = (): void => {
    poller = new ReadinessPoller({
      state: () => app.state,
      tell: (command) => app.harness.writer.tell(command),
      ask: (endpoint) => {
        asked.push(endpoint?.host);
        const status = statuses.shift() ?? 200;
        return Promise.resolve({ status, contentType: 'text/plain', body: '' });
      },
    });
    poller.start();
  };

  it('asks at once and after each answer, until the first yes', async () => {
    app = await CheckedApp.running(definition(1));
    statuses = [503, 200];
    const startedMs = performance.now();
    poll();
    expect(asked).toEqual(['agent.example']);
    await until(() => app.state.deployments.size === 0);
    expect(performance.now() - startedMs).toBeGreaterThan(1900);
    expect(asked).toHaveLength(2);
    await until(() => poller.active === 0);
    await app.harness.submit({
      type: 'PutApp',
      appId: '/web',
      json: { instances: 2 },
      force: false,
      partialUpdate: true,
      uri: '/v2/apps/web',
    });
    await app.launchAll();
    await until(() => app.state.deployments.size === 0);
    expect(asked).toHaveLength(3);
  });

  it('asks nobody any more when it is stopped, or when the deployment is', async () => {
    app = await CheckedApp.running(definition(2));
    statuses = [503, 503, 503, 503];
    poll();
    expect(poller.active).toBe(2);
    const [deploymentId = ''] = app.state.deployments.keys();
    await app.harness.submit({ type: 'CancelDeployment', deploymentId, force: true });
    await until(() => poller.active === 0);
    await delay(10);
    expect(asked).toHaveLength(2);
  });
});

const check = (changes: Partial<ReadinessCheck> = {}): ReadinessCheck => ({
  name: 'readinessCheck',
  protocol: 'HTTP',
  path: '/ready',
  portName: 'http',
  intervalSeconds: 30,
  timeoutSeconds: 0.3,
  httpStatusCodesForReady: [200],
  preserveLastResponse: true,
  ...changes,
});

describe('askReadiness', () => {
  let server: TestServer | undefined;
  const ask = (changes: Partial<ReadinessCheck> = {}) =>
    askReadiness({ host: '127.0.0.1', port: server?.port ?? 1 }, check(changes));

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it.each([false, true])('tells the whole answer, HTTPS %s', async (secure) => {
    server = await httpServer(
      ({ url }, response) => {
        response.writeHead(302, { 'content-type': 'text/html', location: '/' }).end(url);
      },
      { secure },
    );
    expect(await ask({ protocol: secure ? 'HTTPS' : 'HTTP', timeoutSeconds: 5 })).toEqual({
      status: 302,
      contentType: 'text/html',
      body: '/ready',
    });
  });

  it('takes a body that does not end, nobody who listens, and no address for status 504', async () => {
    server = await httpServer((_, response) => {
      response.writeHead(200);
      response.write('and');
    });
    expect(await ask()).toMatchObject({ status: 504, body: expect.stringContaining('within 0.3 s') });
    await server.close();
    expect(await ask()).toMatchObject({ status: 504, contentType: 'text/plain' });
    expect(await askReadiness(undefined, check())).toMatchObject({ status: 504 });
  });

  it('takes a switch of protocols for an answer', async () => {
    server = await tcpServer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n'),
      );
    });
    expect(await ask({ timeoutSeconds: 5 })).toEqual({ status: 101, contentType: 'text/plain', body: '' });
  });

  it('takes a connection that ends in the middle of an answer for none', async () => {
    server = await tcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha'));
    });
    expect(await ask({ timeoutSeconds: 5 })).toMatchObject({ status: 504 });
  });
});
