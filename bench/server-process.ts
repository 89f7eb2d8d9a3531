import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** An Ekiden of its own process on a free port and a new data directory. */
export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Ends it in good order; its data stays. */
  end(): Promise<void>;
  /** Ends it in good order and removes its data, unless the directory was given. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** A new one that is removed afterwards, unless given. */
  readonly dataDir?: string;
  /** Flags of Node besides those that Ekiden is always started with. */
  readonly nodeFlags?: readonly string[];
}

const START_TIMEOUT_MS = 60_000;

/**
 * Starts Ekiden from `dist` and waits until it takes commands. `BENCH_NODE_FLAGS` in the environment adds flags of Node,
 * such as `--cpu-prof --cpu-prof-dir=DIR`.
 */
export async function startServer(
  flags: readonly string[] = [],
  { dataDir, nodeFlags: moreFlags = [] }: ServerOptions = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'ekiden-bench-')));
  const main = new URL('../apps/ekiden/src/main.js', import.meta.url).pathname;
  const nodeFlags = JSON.parse(await readFile('scripts/node-flags.json', 'utf8')) as string[];
  const wishes = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [];
  const args = [
    ...nodeFlags,
    ...moreFlags,
    ...wishes,
    main,
    '--http_port',
    String(port),
    '--data_dir',
    directory,
    '--logging_level',
    'warn',
    ...flags,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child);
  return {
    url,
    dataDir: directory,
    pid: child.pid ?? 0,
    end: () => ended(child),
    stop: async () => {
      await ended(child);
      if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; await delay(20)) {
    if (child.exitCode !== null) throw new Error(`Ekiden ended with code ${child.exitCode}`);
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
  }
  throw new Error('Ekiden did not get ready');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
