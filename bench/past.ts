import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openSqliteEventLog } from '#event-log';
import { writeHistory } from './history.js';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { startServer, type ServerProcess } from './server-process.js';
import { medianRate, printRounds, shoot, type Round } from './shots.js';

/** Any past state is answered within this time, in ms. */
const LIMIT_MS = 1000;

/** The newest checkpoint is never further behind the end of the log, in events. */
const CHECKPOINT_INTERVAL = 10_000;
const CHECKPOINTS_TIMEOUT_MS = 600_000;

const ROUTES = ['/v2/apps?embed=apps.tasks', '/v2/groups', '/v2/apps/busy/app-7'] as const;

/** The master is unreachable, so that nothing is launched. */
const FLAGS = ['--master', '127.0.0.1:9', '--max_running_deployments', '1000000'];
const CONNECTIONS = 64;
const ROUNDS = 3;

/**
 * Reads of former states at random positions of a long log, over HTTP: the slowest of all. Then what the checkpoints that
 * make them fast cost: time, room, and writes that are made meanwhile. Options: `--events N` (1000000), `--reads N` of
 * each route (200), `--seconds N` per round of writes (4; 0 for none), `--directory DIR` with a log to go on with.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      events: { type: 'string', default: '1000000' },
      reads: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '4' },
      directory: { type: 'string' },
    },
  });
  const directory = values.directory ?? (await mkdtemp(join(tmpdir(), 'ekiden-bench-past-')));
  try {
    const head = await writeLog(directory, Number(values.events));
    const checkpoints = join(directory, 'events.db.checkpoints');
    let server = await startServer(FLAGS, { dataDir: directory });
    const worst = await readWhile(server, { head, reads: Number(values.reads), checkpoints });
    const seconds = Number(values.seconds);
    if (seconds > 0) {
      const undisturbed = await write(server, seconds, 'quiet');
      await server.stop();
      await rm(checkpoints, { recursive: true });
      server = await startServer(FLAGS, { dataDir: directory });
      await firstCheckpoint(checkpoints);
      const disturbed = await write(server, seconds, 'busy');
      printRounds('writes, checkpoints made before', undisturbed);
      printRounds('writes, checkpoints made meanwhile', disturbed);
      console.log(`ratio of the two: ${rounded(medianRate(disturbed) / medianRate(undisturbed))}`);
    }
    await server.stop();
    return compared(worst, LIMIT_MS, 'ms for the slowest read of a past state');
  } finally {
    if (values.directory === undefined) await rm(directory, { recursive: true, force: true });
  }
}

/** Answers the position of the last event. A log that has enough of them is taken as it is. */
async function writeLog(directory: string, events: number): Promise<number> {
  const log = await openSqliteEventLog({ path: join(directory, 'events.db'), onWarning: console.warn });
  if ((await log.head()) < events) await writeHistory(log, events);
  const head = await log.head();
  console.log(`${head} events, ${rounded((await log.sizeBytes()) / 1e6)} MB`);
  await log.close();
  return head;
}

/** Answers the time of the slowest read, in ms. */
async function readWhile(
  server: ServerProcess,
  {
    head,
    reads,
    checkpoints,
  }: { readonly head: number; readonly reads: number; readonly checkpoints: string },
): Promise<number> {
  const startedMs = performance.now();
  await untilCovered(checkpoints, head);
  const madeInSeconds = (performance.now() - startedMs) / 1000;
  const { count, bytes } = await sizeOf(checkpoints);
  console.log(
    `checkpoints           ${count}, ${rounded(bytes / 1e6)} MB, made beside in ${rounded(madeInSeconds)} s`,
  );
  const durations = new Map<string, number[]>(ROUTES.map((route) => [route, []]));
  for (let read = 0; read < reads; read++) {
    for (const route of ROUTES) durations.get(route)?.push(await readAt(server, route, randomPosition(head)));
  }
  for (const [route, each] of durations) printDurations(route, each);
  return Math.max(...[...durations.values()].flat());
}

const randomPosition = (head: number): number => 1 + Math.floor(Math.random() * head);

/** Duration in ms. */
async function readAt({ url }: ServerProcess, route: string, position: number): Promise<number> {
  const startedMs = performance.now();
  const answer = await fetch(`${url}${route}${route.includes('?') ? '&' : '?'}at=${position}`);
  await answer.arrayBuffer();
  const durationMs = performance.now() - startedMs;
  // An app does not exist before it was created.
  if (answer.status !== 200 && answer.status !== 404) throw new Error(`${route}: ${answer.status}`);
  if (answer.headers.get('x-ekiden-sequence') !== String(position))
    throw new Error(`${route}: of another position`);
  return durationMs;
}

function printDurations(route: string, durations: number[]): void {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  console.log(
    `${route.padEnd(28)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (${sorted.length} reads)`,
  );
}

async function untilCovered(checkpoints: string, head: number): Promise<void> {
  const endMs = performance.now() + CHECKPOINTS_TIMEOUT_MS;
  while ((await newest(checkpoints)) < head - CHECKPOINT_INTERVAL) {
    if (performance.now() > endMs) throw new Error('the checkpoints are not made');
    await delay(100);
  }
}

/** From then on the others are made, one after the other. */
async function firstCheckpoint(checkpoints: string): Promise<void> {
  while ((await newest(checkpoints)) === 0) await delay(50);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Position of the newest checkpoint; 0 without any. */
const newest = async (folder: string): Promise<number> =>
  Math.max(0, ...(await namesIn(folder)).map((name) => Number.parseInt(name, 10) || 0));

async function sizeOf(folder: string): Promise<{ readonly count: number; readonly bytes: number }> {
  const names = await namesIn(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return { count: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function write({ url }: ServerProcess, durationSeconds: number, name: string): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const prefix = `${name}-${round}`;
    rounds.push(await shoot(`${url}/v2/apps`, { connections: CONNECTIONS, durationSeconds, prefix }));
  }
  // The first one warms up.
  return rounds.slice(1);
}
