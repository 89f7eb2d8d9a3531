import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compared, rounded, type BenchmarkResult } from '../result.js';
import { createApps, untilDeployed } from './client.js';
import { cpuSeconds } from './process-figures.js';
import { ScaleScene } from './scale-scene.js';

const APPS = 840;
const POLLERS = 20;
const STREAMS = 100;

/** Each poller reads both documents so often; load balancers and discovery bridges ask at this pace or slower. */
const POLL_INTERVAL_MS = 5_000;

const P99_LIMIT_MS = 100;
const CPU_LIMIT = 0.2;
const STALL_LIMIT_MS = 20;

const DOCUMENTS = ['/v2/apps?embed=apps.tasks', '/v2/groups'];

/**
 * 840 apps with a task each, 20 pollers of all apps with their tasks and of all groups, 100 event streams: how long the
 * pollers wait. Options: `--seconds N` (60).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { seconds: { type: 'string', default: '60' } } });
  const scene = await ScaleScene.start(
    { agents: 100, resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]' },
    { nodeFlags: [] },
  );
  const streams = new AbortController();
  try {
    const wishes = Array.from({ length: APPS }, (_, index) => ({
      id: `/team-${index % 40}/app-${index}`,
      instances: 1,
    }));
    await createApps(scene.url, wishes, 16);
    await untilDeployed(scene.url, 120_000);
    await Promise.all(Array.from({ length: STREAMS }, () => listen(scene.url, streams.signal)));
    await poll(scene.url, 2 * POLL_INTERVAL_MS);
    // What was before is not counted.
    await longestStallMs(scene.url);
    const seconds = Number(values.seconds);
    const before = cpuSeconds(scene.server.pid);
    const waits = (await poll(scene.url, seconds * 1000)).toSorted((a, b) => a - b);
    const share = (cpuSeconds(scene.server.pid) - before) / seconds;
    const stallMs = await longestStallMs(scene.url);
    const at = (part: number): number => waits[Math.floor(waits.length * part)] ?? 0;
    console.log(
      `${waits.length} reads: p50 ${rounded(at(0.5))} ms, p99 ${rounded(at(0.99))} ms, longest ${rounded(waits.at(-1) ?? 0)} ms`,
    );
    console.log(`processor: ${rounded(share)} of one core (limit ${CPU_LIMIT})`);
    console.log(`longest stall of the event loop: ${rounded(stallMs)} ms (limit ${STALL_LIMIT_MS} ms)`);
    return compared(at(0.99), P99_LIMIT_MS, 'ms p99');
  } finally {
    streams.abort();
    await scene.stop();
  }
}

/** Pollers that do not begin at the same moment, each asking for both documents again and again; gives their waits in ms. */
async function poll(url: string, durationMs: number): Promise<number[]> {
  const waits: number[] = [];
  const endMs = performance.now() + durationMs;
  const pollers = Array.from({ length: POLLERS }, async (_, index) => {
    await delay((index * POLL_INTERVAL_MS) / POLLERS);
    while (performance.now() < endMs) {
      const roundMs = performance.now();
      for (const document of DOCUMENTS) {
        const startedMs = performance.now();
        const answer = await fetch(url + document);
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${document}: ${answer.status}`);
        waits.push(performance.now() - startedMs);
      }
      await delay(Math.max(0, roundMs + POLL_INTERVAL_MS - performance.now()));
    }
  });
  await Promise.all(pollers);
  return waits;
}

/** An event stream that is read and thrown away. */
async function listen(url: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${url}/v2/events`, { headers: { accept: 'text/event-stream' }, signal });
  const body = answer.body;
  if (!answer.ok || body === null) throw new Error(`/v2/events: ${answer.status}`);
  void body.pipeTo(new WritableStream()).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** The longest stall of the event loop since this was asked last. */
async function longestStallMs(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`);
  const { gauges } = (await answer.json()) as { gauges: Record<string, { value: number }> };
  const [, gauge] = Object.entries(gauges).find(([name]) => name.includes('event-loop.lag.max')) ?? [];
  if (gauge === undefined) throw new Error('the server does not tell how long its event loop stalled');
  return gauge.value * 1000;
}
