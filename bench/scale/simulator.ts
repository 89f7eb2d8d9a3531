import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../server-process.js';

/** Agents of a simulated cluster and what becomes of the tasks on them (docs/simulated-cluster.md). */
export interface SimulatorOptions {
  readonly agents: number;
  /** Of each agent, as `--resources` takes it. */
  readonly resources: string;
  /** How a task behaves, in the keys of the cluster's `default`. */
  readonly tasks?: Readonly<Record<string, unknown>>;
  /** Attributes of the agents. */
  readonly attributes?: string;
}

/** A simulated cluster in a process of its own. */
export interface Simulator {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Room for a million tasks. */
const HEAP_MB = 6144;

/** Starts a simulated cluster and waits until all its agents are registered. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-sim-'));
  const file = join(directory, 'cluster.json');
  await writeFile(file, JSON.stringify(describe(options)));
  const port = await freePort();
  const main = new URL('../../apps/local-cluster/src/main.js', import.meta.url).pathname;
  const args = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=32', main, '--sim', `sim:${file}`];
  const child = spawn(
    process.execPath,
    [...args, '--port', String(port), '--work_dir', directory, '--test_api'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  await registered(url, options.agents, () => child.exitCode);
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      const exit = once(child, 'exit');
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await exit;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function describe({ agents, resources, tasks, attributes }: SimulatorOptions): unknown {
  const kind = { count: agents, hostname: 'sim-{i:05}.cluster.test', ip_base: '198.18.0.0', resources };
  return {
    seed: 1,
    agents: [attributes === undefined ? kind : { ...kind, attributes }],
    ...(tasks === undefined ? {} : { default: tasks }),
  };
}

async function registered(url: string, agents: number, exitCode: () => number | null): Promise<void> {
  for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; await delay(50)) {
    if (exitCode() !== null) throw new Error(`the simulated cluster ended with code ${exitCode()}`);
    const answer = await fetch(`${url}/metrics/snapshot`).catch(() => undefined);
    const metrics = (await answer?.json().catch(() => undefined)) as Record<string, number> | undefined;
    if (metrics?.['master/slaves_active'] === agents) return;
  }
  throw new Error(`the ${agents} simulated agents did not register in time`);
}
