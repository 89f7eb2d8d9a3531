import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, isRunning } from '../../agent/agent.fixture.js';
import type { ContainerSpec, ProbeSpec } from '../protocol.js';
import { checkOf, CheckedContainer, healthOf, shell } from './checked-container.fixture.js';
import { runTcpProbe } from './tcp-probe.js';
import { selfSigned } from './tls.fixture.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(checks: Pick<ContainerSpec, 'healthCheck' | 'check'>, command?: string) {
  const container = await CheckedContainer.start(checks, command);
  ends.push(() => container.dispose());
  return container;
}

async function portOf(server: Server | ReturnType<typeof createTcpServer>, host = '127.0.0.1') {
  server.listen(0, host);
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const http = (answer: RequestListener) => portOf(createPlainServer(answer));

describe('a COMMAND health check', () => {
  it('that passes is reported once, and its output stands in the stderr of the task', async () => {
    const line = 'echo "$GREETING from $PWD"; echo again >>runs';
    const container = await start({ healthCheck: healthOf(shell(line, { GREETING: 'hello' })) });
    await eventually(async () => (await container.read('runs')).split('\n').length > 3, 'three runs');
    expect(container.health).toEqual([true]);
    expect(await container.read('stderr')).toContain(`hello from ${container.directory}\n`);
  });

  it('that fails too often ends the task', async () => {
    const container = await start({ healthCheck: healthOf(shell('exit 1'), { consecutiveFailures: 3 }) });
    await eventually(() => container.got('exited').length > 0, 'the end');
    const types = container.events.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['starting', 'running']);
    expect(types.slice(2, 5)).toEqual(['health', 'health', 'health']);
    expect(types.slice(5)).toEqual(['unhealthy_kill', 'killing', 'exited']);
    expect(container.health).toEqual([false, false, false]);
    expect(container.got('exited')).toEqual([{ type: 'exited', signal: 'SIGTERM' }]);
  });

  it('that flaps is reported at every turn, and ends nothing', async () => {
    const container = await start({ healthCheck: healthOf(shell('test ! -e broken')) });
    for (const turn of ['', 'broken', '', 'broken']) {
      if (turn === '') await mend(container);
      else await container.write(turn, '');
      await eventually(() => container.health.at(-1) === (turn === ''), turn);
    }
    const changes = container.health.filter((healthy, index, all) => healthy !== all[index - 1]);
    expect(changes).toEqual([true, false, true, false]);
    expect(container.got('killing')).toEqual([]);
  });

  it('that takes too long has failed, and nothing of it goes on', async () => {
    const line = 'echo $$ >>pids; sleep 1000 & wait';
    const healthCheck = healthOf(shell(line), { timeoutMs: 150, consecutiveFailures: 2 });
    const container = await start({ healthCheck });
    await eventually(() => container.got('exited').length > 0, 'the end');
    expect(container.health).toEqual([false, false]);
    expect(await container.read('stderr')).toContain('Command timed out after 150ms\n');
    const pids = (await container.read('pids')).trim().split('\n').map(Number);
    await eventually(() => pids.every((pid) => !isRunning(pid)), 'the end of the checks');
  });

  it('leaves nothing running, whether it passes, fails or is cut off', async () => {
    const line = 'sleep 60 & echo $! >>left; case $(wc -l <left) in *1) ;; *2) exit 1 ;; *) sleep 60 ;; esac';
    const container = await start({ healthCheck: healthOf(shell(line), { timeoutMs: 300 }) });
    await eventually(() => container.health.length >= 3, 'three runs');
    container.kill();
    const pids = (await container.read('left')).trim().split('\n').map(Number);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    await eventually(() => pids.every((pid) => !isRunning(pid)), 'the end of what was left');
  });

  it('writes nowhere but to the stderr of the task, whatever stands in its place', async () => {
    const command = 'echo mine >treasure; ln -sf treasure stderr; sleep 1000';
    const healthCheck = healthOf(shell('echo said >&2; test -L stderr'), { timeoutMs: 200 });
    const container = await start({ healthCheck, check: checkOf(shell('exec no-such-program')) }, command);
    await eventually(() => container.health.includes(true), 'a result');
    await eventually(() => container.got('check').length > 0, 'a result of the other check');
    expect(await container.read('treasure')).toBe('mine\n');
    expect(new Set(container.outputFailures)).toEqual(
      new Set([`Error: '${container.path('stderr')}' is not a regular file`]),
    );
  });

  it('that cannot be executed has failed', async () => {
    const probe: ProbeSpec = { type: 'COMMAND', file: '/no/such', argv: ['/no/such'], environment: {} };
    const container = await start({ healthCheck: healthOf(probe) });
    await eventually(() => container.health.length > 0, 'a result');
    expect(container.health[0]).toBe(false);
    expect(await container.read('stderr')).toContain('Command cannot be executed: No such file or directory');
  });

  it('is first made after its delay, and then an interval after the end of the run before', async () => {
    const line = 'date +%s%3N >>starts; sleep 0.1';
    const startedAtMs = Date.now();
    const container = await start({ healthCheck: healthOf(shell(line), { delayMs: 200, intervalMs: 150 }) });
    const starts = await eventually(async () => {
      const lines = (await container.read('starts')).trim().split('\n').map(Number);
      return lines.length >= 3 && lines;
    }, 'three runs');
    expect(starts[0]! - startedAtMs).toBeGreaterThanOrEqual(200);
    for (const [index, atMs] of starts.slice(1).entries())
      expect(atMs - starts[index]!).toBeGreaterThanOrEqual(250);
  });

  it('may fail silently for the grace period', async () => {
    const container = await start({ healthCheck: healthOf(shell('exit 1'), { gracePeriodMs: 400 }) });
    await delay(250);
    expect(container.health).toEqual([]);
    await eventually(() => container.health.length > 0, 'a failure');
  });

  it('ends with the kill of the task, also in the middle of a run', async () => {
    const healthCheck = healthOf(shell('echo $$ >pid; sleep 1000'));
    const container = await start({ healthCheck }, "trap '' TERM; sleep 1000 & wait; sleep 1000");
    const pid = Number(await eventually(async () => (await container.read('pid')).trim(), 'a run'));
    container.kill();
    await eventually(() => !isRunning(pid), 'the end of the check');
    expect(container.got('exited')).toEqual([]);
    expect(container.health).toEqual([]);
  });
});

/** Mends what `broken` says. */
async function mend(container: CheckedContainer): Promise<void> {
  await rm(container.path('broken'), { force: true });
}

describe('an HTTP health check', () => {
  it.each([
    ['200', 200, true],
    ['304', 304, true],
    ['404', 404, false],
    ['500', 500, false],
  ])('takes status %s', async (_, status, healthy) => {
    const port = await http((_request, response) => response.writeHead(status).end('body'));
    const probe: ProbeSpec = { type: 'HTTP', url: `http://127.0.0.1:${port}/ready?now` };
    const container = await start({ healthCheck: healthOf(probe) });
    await eventually(() => container.health.length > 0, 'a result');
    expect(container.health[0]).toBe(healthy);
  });

  it('that flaps is reported at every turn', async () => {
    let status = 200;
    const port = await http((_request, response) => response.writeHead(status).end());
    const probe: ProbeSpec = { type: 'HTTP', url: `http://127.0.0.1:${port}/` };
    const container = await start({ healthCheck: healthOf(probe), check: checkOf(probe) });
    for (const next of [200, 500, 204]) {
      status = next;
      await eventually(() => container.got('check').at(-1)?.result.statusCode === next, String(next));
      await eventually(() => container.health.at(-1) === next < 400, String(next));
    }
    const changes = container.health.filter((healthy, index, all) => healthy !== all[index - 1]);
    expect(changes).toEqual([true, false, true]);
    expect(container.got('check').map(({ result }) => result.statusCode)).toEqual([200, 500, 204]);
  });

  it('follows redirects, and judges where they end', async () => {
    const port = await http((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/moved' }).end();
      else response.writeHead(503).end();
    });
    const probe: ProbeSpec = { type: 'HTTP', url: `http://127.0.0.1:${port}/` };
    const container = await start({ healthCheck: healthOf(probe), check: checkOf(probe) });
    await eventually(() => container.health.length > 0 && container.got('check').length > 0, 'results');
    expect(container.health[0]).toBe(false);
    expect(container.got('check')[0]?.result).toEqual({ statusCode: 503 });
  });

  it('fails when nobody listens, when redirects never end and when no answer comes in time', async () => {
    const port = await http((request, response) => {
      if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
      if (request.url === '/endless') response.writeHead(200).write('never ends');
    });
    const urls = ['http://127.0.0.1:1/', `http://127.0.0.1:${port}/loop`, `http://127.0.0.1:${port}/endless`];
    for (const url of [...urls, `http://127.0.0.1:${port}/silent`]) {
      const container = await start({ healthCheck: healthOf({ type: 'HTTP', url }, { timeoutMs: 300 }) });
      await eventually(() => container.health.length > 0, url);
      expect([url, container.health[0]]).toEqual([url, false]);
      await container.dispose();
      ends.pop();
    }
  });

  it('takes a switch of protocols for an answer that is no success, and goes on', async () => {
    const answers = ['101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tea'];
    const port = await portOf(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write(`HTTP/1.1 ${answers.shift() ?? '204 No Content'}\r\n\r\n`));
      }),
    );
    const probe: ProbeSpec = { type: 'HTTP', url: `http://127.0.0.1:${port}/` };
    const container = await start({ check: checkOf(probe) });
    await eventually(() => container.got('check').length > 1, 'two results');
    expect(container.got('check').map(({ result }) => result.statusCode)).toEqual([101, 204]);
  });

  it('does not ask who vouches for a certificate', async () => {
    const port = await portOf(createSecureServer(selfSigned, (_request, response) => response.end()));
    const probe: ProbeSpec = { type: 'HTTP', url: `https://127.0.0.1:${port}/` };
    const container = await start({ healthCheck: healthOf(probe) });
    await eventually(() => container.health.length > 0, 'a result');
    expect(container.health[0]).toBe(true);
  });
});

describe('a TCP health check', () => {
  it('connects, and fails when it no longer can', async () => {
    const server = createTcpServer((socket) => socket.end());
    const port = await portOf(server);
    const healthCheck = healthOf({ type: 'TCP', host: '127.0.0.1', port }, { consecutiveFailures: 2 });
    const container = await start({ healthCheck });
    await eventually(() => container.health.length > 0, 'a success');
    server.close();
    await eventually(() => container.got('exited').length > 0, 'the end');
    expect(container.health).toEqual([true, false, false]);
  });

  it('that can connect again has recovered', async () => {
    const server = createTcpServer((socket) => socket.end());
    const port = await portOf(server);
    const container = await start({ healthCheck: healthOf({ type: 'TCP', host: '127.0.0.1', port }) });
    await eventually(() => container.health.length === 1, 'a success');
    server.close();
    await eventually(() => container.health.at(-1) === false, 'a failure');
    server.listen(port, '127.0.0.1');
    await eventually(() => container.health.at(-1) === true, 'another success');
    expect(container.got('killing')).toEqual([]);
  });
});

it('a TCP probe that is given up ends without an answer', async () => {
  const port = await portOf(createTcpServer((socket) => socket.end()));
  const controller = new AbortController();
  const probe = runTcpProbe({ host: '127.0.0.1', port }, controller.signal);
  controller.abort(new Error('too late'));
  await expect(probe).rejects.toThrow('too late');
});

describe('a check', () => {
  it('reports a COMMAND result when it differs from the one before, and never ends anything', async () => {
    const container = await start({ check: checkOf(shell('exit $(cat code 2>/dev/null || echo 7)')) });
    const results = () => container.got('check').map(({ result }) => result);
    await eventually(() => results().length === 1, 'the first result');
    await delay(200);
    await container.write('code', '0');
    await eventually(() => results().length === 2, 'the second result');
    expect(results()).toEqual([{ exitCode: 7 }, { exitCode: 0 }]);
    expect(container.got('killing')).toEqual([]);
  });

  it('reports what could not be performed in time as no result, once there was one', async () => {
    const check = checkOf(shell('test ! -e slow || sleep 1000'), { timeoutMs: 200 });
    const container = await start({ check });
    await eventually(() => container.got('check').length === 1, 'a result');
    await container.write('slow', '');
    await eventually(() => container.got('check').length === 2, 'no result');
    expect(container.got('check').map(({ result }) => result)).toEqual([{ exitCode: 0 }, {}]);
  });

  it('says whether a port can be connected to', async () => {
    const server = createTcpServer((socket) => socket.end());
    const port = await portOf(server);
    const container = await start({ check: checkOf({ type: 'TCP', host: '127.0.0.1', port }) });
    await eventually(() => container.got('check').length === 1, 'a result');
    server.close();
    await eventually(() => container.got('check').length === 2, 'another result');
    expect(container.got('check').map(({ result }) => result)).toEqual([
      { succeeded: true },
      { succeeded: false },
    ]);
  });

  it('has a rhythm of its own beside a health check', async () => {
    const container = await start({
      healthCheck: healthOf(shell('echo h >>runs; exit 1'), { consecutiveFailures: 1_000 }),
      check: checkOf(shell('echo c >>runs'), { delayMs: 60_000 }),
    });
    await eventually(() => container.health.length >= 3, 'failures');
    expect(await container.read('runs')).not.toContain('c');
  });
});
