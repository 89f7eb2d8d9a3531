import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { freePort, startServer } from './server-process.js';

const CONNECTIONS = 64;

interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/**
 * `POST /v2/apps` over 64 connections against a bare Fastify route that only appends the same bytes durably.
 * Options: `--seconds N` for each measurement (10).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { seconds: { type: 'string', default: '10' } } });
  const seconds = Number(values.seconds);

  const limit = await measureBareRoute(seconds);
  print('bare durable append', limit);
  const created = await measureEkiden(seconds);
  print('POST /v2/apps', created);
  if (created.failed > 0) throw new Error(`${created.failed} requests were not answered with 2xx`);
  return compared(created.requestsPerSecond, limit.requestsPerSecond, 'requests/s');
}

async function measureEkiden(seconds: number): Promise<Load> {
  const server = await startServer(['--max_running_deployments', '1000000']);
  try {
    return await load(`${server.url}/v2/apps`, { seconds });
  } finally {
    await server.stop();
  }
}

async function measureBareRoute(seconds: number): Promise<Load> {
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-bare-'));
  const port = await freePort();
  const child = fork(new URL('./bare-server.js', import.meta.url), [String(port), directory]);
  try {
    await once(child, 'message');
    return await load(`http://127.0.0.1:${port}/append`, { seconds });
  } finally {
    await stop(child);
    await rm(directory, { recursive: true, force: true });
  }
}

/** A few seconds unmeasured first, so that both sides are compiled when it counts. */
async function load(url: string, { seconds }: { seconds: number }): Promise<Load> {
  await shoot(url, Math.min(3, seconds), 'warm');
  const result = await shoot(url, seconds, 'app');
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

async function shoot(url: string, duration: number, prefix: string): Promise<autocannon.Result> {
  let count = 0;
  return autocannon({
    url,
    duration,
    connections: CONNECTIONS,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => {
          count += 1;
          return { ...request, body: JSON.stringify(definition(`${prefix}-${count}`)) };
        },
      },
    ],
  });
}

/** A small but not a trivial app; zero instances, so that storing it is all there is to do. */
function definition(id: string): Record<string, unknown> {
  return {
    id: `/bench/${id}`,
    cmd: 'exec ./serve --port $PORT0',
    cpus: 0.1,
    mem: 64,
    instances: 0,
    env: { REGION: 'eu-1', STAGE: 'production' },
    labels: { team: 'bench', tier: 'front' },
    portDefinitions: [],
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function print(what: string, { requestsPerSecond, p50Ms, p99Ms }: Load): void {
  const rate = rounded(requestsPerSecond, 4);
  console.log(
    `${what.padEnd(20)} ${String(rate).padStart(7)} requests/s   p50 ${p50Ms} ms   p99 ${p99Ms} ms`,
  );
}
