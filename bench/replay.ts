import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { captureSnapshot, evolve, SNAPSHOT_FORMAT, State, type RecordedEvent } from '#domain';
import { openSqliteEventLog, type EventLog } from '#event-log';
import { writeHistory } from './history.js';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { startServer } from './server-process.js';

/** A start with a snapshot must not take longer (in seconds). */
const START_LIMIT_SECONDS = 5;

/**
 * Replay of a long log on start: events folded per second. The limit is the same scan without the fold. Then a
 * real start with a snapshot beside the log. Options: `--events N` (1000000).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: { events: { type: 'string', default: '1000000' } },
  });
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-replay-'));
  try {
    const log = await openLog(directory);
    await writeHistory(log, Number(values.events));
    const head = await log.head();
    const megabytes = (await log.sizeBytes()) / 1e6;
    console.log(`${head} events, ${rounded(megabytes)} MB, ${rounded((megabytes * 1e6) / head)} bytes each`);

    const scan = await measure(() => log.replay(0, () => undefined));
    console.log(`scan and parse        ${rounded(head / scan)} events/s`);
    const state = new State();
    const seconds = await measure(() =>
      log.replay(0, (page) => {
        for (const event of page) evolve(state, event as unknown as RecordedEvent);
      }),
    );
    console.log(`scan, parse and fold  ${rounded(head / seconds)} events/s (${rounded(seconds)} s)`);
    console.log(`state                 ${state.apps.size} apps, ${state.instances.size} instances`);
    await saveSnapshot(log, state);
    await log.close();
    await reportStart(directory);
    return compared(head / seconds, head / scan, 'events/s');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const openLog = (directory: string): Promise<EventLog> =>
  openSqliteEventLog({ path: join(directory, 'events.db'), onWarning: console.warn });

async function saveSnapshot(log: EventLog, state: State): Promise<void> {
  const { position } = state;
  await log.saveSnapshot({ position, format: SNAPSHOT_FORMAT, state: captureSnapshot(state) });
}

/** From the start of the process until it takes commands. The master is unreachable, so that nothing is launched. */
async function reportStart(directory: string): Promise<void> {
  const startedMs = performance.now();
  const server = await startServer(['--master', '127.0.0.1:9'], { dataDir: directory });
  const seconds = (performance.now() - startedMs) / 1000;
  await server.stop();
  console.log(`start with snapshot   ${rounded(seconds)} s (limit ${START_LIMIT_SECONDS} s)`);
}

async function measure(task: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await task();
  return (performance.now() - startedMs) / 1000;
}
