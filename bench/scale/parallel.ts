import { rounded, type BenchmarkResult } from '../result.js';
import { createApps, send, untilDeployed } from './client.js';
import { ScaleScene } from './scale-scene.js';
import { printTable } from './table.js';

/** Instances of each deployment. */
const INSTANCES = 500;

const DEPLOYMENTS = [1, 2, 4, 8, 16];

/** One deployment takes a moment only: the median of so many runs counts. */
const RUNS = 7;

/** The rate with all of them at once must be at least this part of the rate of one alone. */
const WANTED = 0.95;

const STEP_LIMIT_MS = 60_000;

/**
 * One to sixteen deployments of 500 instances at once: Marathon's rate fell from 52 to 18 instances per second on the way.
 * Tasks start at once.
 */
export async function run(): Promise<BenchmarkResult> {
  const scene = await ScaleScene.start({
    agents: 500,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
    tasks: { staging_ms: 0, starting_ms: 0, running_ms: 0, kill_ms: 0 },
  });
  try {
    for (let warmUp = 0; warmUp < 4; warmUp += 1) await round(scene, 4);
    const rates = new Map<number, number>();
    for (const deployments of DEPLOYMENTS) {
      const runs: number[] = [];
      for (let i = 0; i < RUNS; i += 1) runs.push(await round(scene, deployments));
      rates.set(deployments, runs.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0);
    }
    const first = rates.get(1) ?? 0;
    printTable(
      ['deployments at once', 'instances/s', 'of the rate of one'],
      [...rates].map(([count, rate]) => [count, Math.round(rate), rounded(rate / first)]),
    );
    const value = rounded((rates.get(16) ?? 0) / first);
    const unit = 'rate with 16 deployments at once / rate with one';
    return { value, unit, reference: WANTED, ratio: rounded(value / WANTED) };
  } finally {
    await scene.stop();
  }
}

let rounds = 0;

/** Instances per second from the first request to the last task running. */
async function round(scene: ScaleScene, deployments: number): Promise<number> {
  const { url } = scene;
  const group = `/parallel-${(rounds += 1)}`;
  const total = deployments * INSTANCES;
  const { launched, seconds } = await scene.measure(async () => {
    const wishes = Array.from({ length: deployments }, (_, index) => ({
      id: `${group}/app-${index}`,
      instances: INSTANCES,
    }));
    await createApps(url, wishes, deployments);
    await untilDeployed(url, STEP_LIMIT_MS);
  });
  if (launched !== total) throw new Error(`${launched} of ${total} tasks began to run`);
  await send(`${url}/v2/groups${group}?force=true`, 'DELETE');
  await untilDeployed(url, STEP_LIMIT_MS);
  return total / seconds;
}
