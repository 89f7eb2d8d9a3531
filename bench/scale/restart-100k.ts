import { setTimeout as delay } from 'node:timers/promises';
import { compared, rounded, type BenchmarkResult } from '../result.js';
import { startServer } from '../server-process.js';
import { createApps, untilDeployed } from './client.js';
import { memoryMb } from './process-figures.js';
import { ScaleScene } from './scale-scene.js';
import { printTable } from './table.js';

const APPS = 318;
const INSTANCES_PER_APP = 315;

const MEMORY_LIMIT_MB = 700;
const START_LIMIT_SECONDS = 2;

/** So long nothing is done before memory is looked at. */
const REST_MS = 20_000;

/**
 * 100,170 instances: the memory of a server that has launched them and of one that was started with them there, and how long
 * that start takes. Both run with the flags that Ekiden is always started with.
 */
export async function run(): Promise<BenchmarkResult> {
  const scene = await ScaleScene.start(
    { agents: 500, resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]' },
    { nodeFlags: [] },
  );
  try {
    const wishes = Array.from({ length: APPS }, (_, index) => ({
      id: `/restart/app-${index}`,
      instances: INSTANCES_PER_APP,
    }));
    await createApps(scene.url, wishes, 16);
    await untilDeployed(scene.url, 600_000);
    await delay(REST_MS);
    const launchedMb = memoryMb(scene.server.pid);
    await scene.server.end();
    const startedMs = performance.now();
    const again = await startServer(scene.flags, { dataDir: scene.server.dataDir });
    const seconds = (performance.now() - startedMs) / 1000;
    await delay(REST_MS);
    const startedMb = memoryMb(again.pid);
    await again.end();
    printTable(
      ['what', 'figure', 'limit', 'ratio'],
      [
        ['memory after launching them, MiB', ...against(launchedMb, MEMORY_LIMIT_MB)],
        ['memory after a start with them, MiB', ...against(startedMb, MEMORY_LIMIT_MB)],
        ['start, s', ...against(seconds, START_LIMIT_SECONDS)],
      ],
    );
    return compared(seconds, START_LIMIT_SECONDS, 's from the start of the process until it takes commands');
  } finally {
    await scene.stop();
  }
}

const against = (value: number, limit: number): number[] => [rounded(value), limit, rounded(value / limit)];
