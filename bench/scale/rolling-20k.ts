import { compared, rounded, type BenchmarkResult } from '../result.js';
import { createApps, definition, send, untilDeployed } from './client.js';
import { MARATHON_2015 } from './peers.js';
import { ScaleScene } from './scale-scene.js';
import { printPeers, printSpent } from './storm.js';

const INSTANCES = 20_000;

/** Of the instances, that must serve all the time, and that may be there beyond the wanted number. */
const MINIMUM_HEALTHY = 0.9;
const OVER_CAPACITY = 0.1;

const STEP_LIMIT_MS = 600_000;

/**
 * One app of 20,000 instances is replaced by a new version, 90 % of them serving all the time and at most 10 % more than
 * wanted there at a time. Nobody published such a figure: it is compared with the rate at which Marathon launched.
 */
export async function run(): Promise<BenchmarkResult> {
  const scene = await ScaleScene.start({
    agents: 500,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
  });
  try {
    const { url } = scene;
    const upgradeStrategy = { minimumHealthCapacity: MINIMUM_HEALTHY, maximumOverCapacity: OVER_CAPACITY };
    const app = { id: '/rolling', instances: INSTANCES, upgradeStrategy };
    await createApps(url, [app], 1);
    await untilDeployed(url, STEP_LIMIT_MS);
    const spent = await scene.measure(async () => {
      await send(`${url}/v2/apps/rolling`, 'PUT', definition({ ...app, cmd: 'exec ./serve --new' }));
      await untilDeployed(url, STEP_LIMIT_MS);
    }, INSTANCES);
    printSpent(spent);
    console.log(`${spent.lowRunning} to ${spent.peakRunning} tasks running all the time`);
    if (spent.launched !== INSTANCES) throw new Error(`${spent.launched} of ${INSTANCES} were replaced`);
    if (spent.lowRunning < INSTANCES * MINIMUM_HEALTHY) throw new Error('too few tasks were running');
    if (spent.peakRunning > INSTANCES * (1 + OVER_CAPACITY)) throw new Error('too many tasks were running');
    const perSecond = INSTANCES / spent.seconds;
    printPeers(perSecond, [MARATHON_2015]);
    console.log(`the whole upgrade took ${rounded(spent.seconds)} s`);
    return compared(perSecond, MARATHON_2015.perSecond, 'instances/s');
  } finally {
    await scene.stop();
  }
}
