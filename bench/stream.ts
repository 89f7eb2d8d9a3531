import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { LONGEST_MS, STEPS_PER_MS, type Counted, type Emit, type Emitted } from './stream-messages.js';

/** From the commit of an event to its arrival, for all but the slowest hundredth of the deliveries. */
const P99_LIMIT_MS = 250;

const WARM_UP: Emit = { eventsPerSecond: 20, seconds: 2 };

/** Files that a process needs beside its subscribers' connections. */
const OTHER_FILES = 100;

interface Case {
  readonly path: string;
  readonly subscribers: number;
  readonly eventsPerSecond: number;
}

const CASES: readonly Case[] = [
  { path: '/v2/events', subscribers: 1000, eventsPerSecond: 100 },
  { path: '/v2/events?event_type=status_update_event', subscribers: 10_000, eventsPerSecond: 5 },
  { path: '/ekiden/v1/stream', subscribers: 1000, eventsPerSecond: 100 },
  { path: '/ekiden/v1/stream', subscribers: 10_000, eventsPerSecond: 5 },
];

/**
 * Many subscribers of one node: how long an event takes from its commit on the log to each of them. Options:
 * `--seconds N` for each case (20), `--subscribers N --rate N --path /v2/events` for one case of one's own.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      seconds: { type: 'string', default: '20' },
      subscribers: { type: 'string' },
      rate: { type: 'string', default: '100' },
      path: { type: 'string', default: '/v2/events' },
    },
  });
  const { subscribers, rate, path } = values;
  const cases =
    subscribers === undefined
      ? CASES
      : [{ path, subscribers: Number(subscribers), eventsPerSecond: Number(rate) }];
  let worstMs = 0;
  for (const one of cases) worstMs = Math.max(worstMs, await measure(one, Number(values.seconds)));
  return compared(worstMs, P99_LIMIT_MS, 'ms');
}

/** The p99 of one case, ms. */
async function measure(one: Case, seconds: number): Promise<number> {
  await checkFileLimit(one.subscribers);
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-stream-'));
  const nodeFlags = JSON.parse(await readFile('scripts/node-flags.json', 'utf8')) as string[];
  const server = fork(new URL('./stream-server.js', import.meta.url), [directory], { execArgv: nodeFlags });
  const children = [server];
  try {
    const [url] = (await once(server, 'message')) as [string];
    const clients = fork(new URL('./stream-clients.js', import.meta.url), [
      new URL(url).port,
      one.path,
      String(one.subscribers),
    ]);
    children.push(clients);
    await once(clients, 'message');
    await ask<Emitted>(server, WARM_UP);
    const emitted = await ask<Emitted>(server, { eventsPerSecond: one.eventsPerSecond, seconds });
    const { first, committedMs } = emitted;
    return report(one, seconds, emitted, await ask<Counted>(clients, { first, committedMs }));
  } finally {
    for (const child of children) await ended(child);
    await rm(directory, { recursive: true, force: true });
  }
}

function report(
  { path, subscribers, eventsPerSecond }: Case,
  seconds: number,
  { committedMs, processorShare, longestHoldMs }: Emitted,
  { due, arrived, cut, latencies }: Counted,
): number {
  const lost = due - arrived;
  const p99Ms = percentile(latencies, 0.99);
  console.log(`${path}: ${subscribers} subscribers, ${eventsPerSecond} events/s`);
  console.log(`  events ${committedMs.length}, deliveries ${Math.round(arrived / seconds)}/s`);
  console.log(`  lost ${lost}, cut ${cut}`);
  const times = [percentile(latencies, 0.5), p99Ms, percentile(latencies, 1)].map((ms) => rounded(ms));
  console.log(`  commit to delivery: p50 ${times[0]} ms, p99 ${times[1]} ms, max ${times[2]} ms`);
  console.log(`  p99 against ${P99_LIMIT_MS} ms: ${rounded(p99Ms / P99_LIMIT_MS)}`);
  console.log(
    `  server: ${rounded(processorShare)} of one processor, held up for ${rounded(longestHoldMs)} ms at most`,
  );
  if (lost > 0 || p99Ms > P99_LIMIT_MS) process.exitCode = 1;
  return lost > 0 ? Infinity : p99Ms;
}

/** The time within which a share of the deliveries came, ms. */
function percentile(latencies: readonly number[], share: number): number {
  const all = latencies.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [step, count] of latencies.entries()) {
    seen += count;
    if (seen > 0 && seen >= share * all) return step / STEPS_PER_MS;
  }
  return LONGEST_MS;
}

/** Node has raised its limit as far as it may go by itself. */
async function checkFileLimit(subscribers: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  const needed = subscribers + OTHER_FILES;
  if (limit < needed)
    throw new Error(`${needed} open files are needed, and ${limit} allowed: ulimit -n ${needed}`);
}

async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(question);
  return ((await answer) as [Answer])[0];
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
