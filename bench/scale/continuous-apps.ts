import { compared, rounded, type BenchmarkResult } from '../result.js';
import { createApps, untilDeployed } from './client.js';
import { ScaleScene } from './scale-scene.js';
import { printSpent } from './storm.js';

const APPS = 10_000;

/** Requests in parallel. */
const PARALLEL = 100;

const LIMIT_SECONDS = 60;

/**
 * 10,000 apps of one instance, each a deployment of its own: the longest of Marathon's performance tests, which allowed
 * itself an hour for it.
 */
export async function run(): Promise<BenchmarkResult> {
  const scene = await ScaleScene.start({
    agents: 500,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
  });
  try {
    const spent = await scene.measure(async () => {
      const wishes = Array.from({ length: APPS }, (_, index) => ({
        id: `/continuous/app-${index}`,
        instances: 1,
      }));
      const startedMs = performance.now();
      await createApps(scene.url, wishes, PARALLEL);
      console.log(`${APPS} apps accepted after ${rounded((performance.now() - startedMs) / 1000)} s`);
      await untilDeployed(scene.url, LIMIT_SECONDS * 5000);
    });
    printSpent(spent);
    if (spent.launched !== APPS) throw new Error(`${spent.launched} of ${APPS} apps began to run`);
    console.log(
      `${rounded(3600 / spent.seconds)} times as fast as the hour after which Marathon's test gives up`,
    );
    return compared(APPS / spent.seconds, APPS / LIMIT_SECONDS, 'apps/s');
  } finally {
    await scene.stop();
  }
}
