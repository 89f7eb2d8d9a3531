import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { freePort, startServer } from './server-process.js';
import { medianRate, printRounds, shoot, type Round } from './shots.js';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;
/** Taken in turns, so that a machine that is faster at one moment than at the next is fair to all. */
const ROUNDS = 5;

/**
 * `POST /v2/apps` over 64 connections against bare Fastify routes that only append durably: the bytes of the request
 * (the limit of the result), and for comparison the very events that Ekiden appends. Options: `--seconds N` for each
 * of the five rounds (4).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { seconds: { type: 'string', default: '4' } } });
  const ekiden = await startServer(['--max_running_deployments', '1000000']);
  const bare = await startBareServer();
  try {
    const targets = {
      'bare append, request': `${bare.url}/request`,
      'POST /v2/apps': `${ekiden.url}/v2/apps`,
      'bare append, events': `${bare.url}/events`,
    };
    const rounds = await measureInTurns(targets, Number(values.seconds));
    for (const [name, results] of rounds) printRounds(name, results);
    const [limit = 0, created = 0, events = 0] = [...rounds.values()].map(medianRate);
    console.log(`ratio to the same events: ${rounded(created / events)}`);
    return compared(created, limit, 'requests/s');
  } finally {
    await ekiden.stop();
    await bare.stop();
  }
}

async function measureInTurns(
  targets: Readonly<Record<string, string>>,
  seconds: number,
): Promise<Map<string, Round[]>> {
  for (const url of Object.values(targets)) await shootAt(url, WARM_UP_SECONDS, 'warm');
  const rounds = new Map<string, Round[]>(Object.keys(targets).map((name) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, url] of Object.entries(targets)) {
      rounds.get(name)?.push(await shootAt(url, seconds, `round-${round}`));
    }
  }
  return rounds;
}

const shootAt = (url: string, durationSeconds: number, prefix: string): Promise<Round> =>
  shoot(url, { connections: CONNECTIONS, durationSeconds, prefix });

async function startBareServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-bare-'));
  const port = await freePort();
  const child = fork(new URL('./bare-server.js', import.meta.url), [String(port), directory]);
  await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
