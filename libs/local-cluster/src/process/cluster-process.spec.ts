import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../agent/agent.fixture.js';
import { silentLogger, type Logger } from '../runtime/logger.js';
import { findProcess } from '../supervisor/process-table.js';
import { programPath } from '../supervisor/program.js';
import { ClusterProcess } from './cluster-process.js';

const AGENTS = { firstPort: 0, resources: 'cpus:4;mem:1024;disk:1024' };

let dataDir: string;
let running: ClusterProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cluster-process-'));
});
afterEach(async () => {
  await running?.stop({ keepTasks: false });
  running = undefined;
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
});

async function start(port = 0, logger: Logger = silentLogger): Promise<ClusterProcess> {
  running = await ClusterProcess.start({ dataDir, master: { port }, agents: AGENTS }, logger);
  return running;
}

const isAlive = (pid: number): boolean => findProcess(pid)?.isZombie === false;

const answers = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/master/health`).catch(() => undefined))?.ok === true;

describe('a cluster in a process of its own', () => {
  it('takes requests once it is started, and none once it is stopped', async () => {
    const cluster = await start();
    const pid = cluster.pid!;
    expect(pid).not.toBe(process.pid);
    expect(await answers(cluster.url)).toBe(true);
    expect(await cluster.stop({ keepTasks: false })).toEqual({ stoppedTasks: 0 });
    expect(isAlive(pid)).toBe(false);
    expect(await answers(cluster.url)).toBe(false);
  });

  it('hands on what it logs', async () => {
    const messages: string[] = [];
    const logger = { ...silentLogger, info: (_: unknown, message: string) => messages.push(message) };
    await start(0, logger);
    expect(await eventually(() => messages[0], 'a message of the agent')).not.toBe('');
  });

  it('comes back at the same address when it ends by itself', async () => {
    const cluster = await start();
    const { url, pid } = cluster;
    process.kill(pid!, 'SIGKILL');
    await eventually(() => cluster.pid !== undefined && cluster.pid !== pid && answers(url), 'its return');
    expect(cluster.url).toBe(url);
  });

  it('may be stopped in the very moment in which it has ended by itself', async () => {
    const cluster = await start();
    const exit = eventually(() => cluster.pid === undefined, 'its end');
    process.kill(cluster.pid!, 'SIGKILL');
    await exit;
    expect(await cluster.stop({ keepTasks: false })).toEqual({ stoppedTasks: 0 });
    expect(await answers(cluster.url)).toBe(false);
  });

  it('lets others decide when to stop: signals to all processes of a terminal do not end it', async () => {
    const cluster = await start();
    const pid = cluster.pid!;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await answers(cluster.url)).toBe(true);
    expect(cluster.pid).toBe(pid);
  });

  it('tells why it does not start, and leaves nothing running', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    server.close();
    const { holder } = JSON.parse(await readFile(join(dataDir, 'mesos', 'cluster.json'), 'utf8')) as {
      holder: { pid: number };
    };
    await eventually(() => !isAlive(holder.pid), 'its end');
  });
});

/** Another program with a cluster in the same directory. */
async function startOwner(): Promise<{ owner: number; cluster: number; end(): void }> {
  const module = pathToFileURL(programPath('process/cluster-process')).href;
  const settings = JSON.stringify({ dataDir, master: { port: 0 }, agents: AGENTS });
  const script = `
    const { ClusterProcess } = await import(${JSON.stringify(module)});
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const cluster = await ClusterProcess.start(${settings}, logger);
    console.log(cluster.pid);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { owner: child.pid!, cluster: Number(output.toString()), end: () => child.kill('SIGKILL') };
}

describe('the directory of a cluster', () => {
  it('belongs to one living owner', async () => {
    const other = await startOwner();
    await expect(start()).rejects.toThrow(`is in use by process ${other.owner}`);
    expect(isAlive(other.cluster)).toBe(true);
    other.end();
    await eventually(() => !isAlive(other.cluster), 'the end of the other cluster');
  });

  it('is free as soon as its owner is gone, however that happened', async () => {
    const other = await startOwner();
    other.end();
    const cluster = await start();
    expect(isAlive(other.cluster)).toBe(false);
    expect(await answers(cluster.url)).toBe(true);
  });

  it('is taken from a cluster that does not notice the end of its owner', { timeout: 30_000 }, async () => {
    const other = await startOwner();
    process.kill(other.cluster, 'SIGSTOP');
    other.end();
    expect(await answers((await start()).url)).toBe(true);
    expect(isAlive(other.cluster)).toBe(false);
  });
});
