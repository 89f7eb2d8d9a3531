import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compared, rounded, type BenchmarkResult } from '../result.js';
import { definition, send } from './client.js';
import { ScaleScene } from './scale-scene.js';
import { printTable } from './table.js';

const APPS = 100;
const INSTANCES_PER_APP = 20;

/** Of a task here; a day in the week that is simulated. */
const LIFETIME_MS = 10_000;

const WEEK_DAYS = 7;

/** Apps that get a new version, per second: one in 1,000 apps an hour would be less. */
const UPDATES_PER_SECOND = 2;

/** What the memory in use may grow by in the second half, as a part of what is in use. */
const GROWTH_LIMIT = 0.1;

const SAMPLE_INTERVAL_MS = 500;

/**
 * A week of churn as fast as it goes: 2,000 tasks of which each lives a day on average, a day lasting ten seconds, and two
 * apps a second that get a new version. What is in use after collections must not grow. Options: `--weeks N` (2).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { weeks: { type: 'string', default: '2' } } });
  const durationMs = Number(values.weeks) * WEEK_DAYS * LIFETIME_MS;
  const scene = await ScaleScene.start(
    {
      agents: 50,
      resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
      tasks: {
        staging_ms: 5,
        starting_ms: 10,
        running_ms: { dist: 'uniform', min: 50, max: 400 },
        lifetime_ms: { dist: 'exponential', mean: LIFETIME_MS },
        outcome: [{ weight: 1, exit: 1 }],
        kill_ms: { dist: 'uniform', min: 20, max: 200 },
      },
    },
    { nodeFlags: [] },
  );
  try {
    for (let app = 0; app < APPS; app += 1) await send(`${scene.url}/v2/apps`, 'POST', churning(app, 0));
    const usedMb: number[] = [];
    const spent = await scene.measure(() => churn(scene.url, durationMs, usedMb));
    const quarter = Math.floor(usedMb.length / 4);
    // What is in use right after a collection is the least of many samples.
    const least = [0, 1, 2, 3].map((index) =>
      Math.min(...usedMb.slice(index * quarter, (index + 1) * quarter)),
    );
    printTable(
      ['quarter of the time', 'memory in use at least, MiB'],
      least.map((value, index) => [index + 1, rounded(value)]),
    );
    const before = least[1] ?? 0;
    const growth = Math.max(0, (least[3] ?? 0) - before) / before;
    console.log(
      `${spent.launched} task lives in ${durationMs / 1000} s (${rounded(Number(values.weeks))} simulated weeks), ` +
        `${spent.events} events, none launched twice: ${spent.twice === 0}`,
    );
    if (spent.twice > 0) throw new Error(`${spent.twice} tasks were launched more than once`);
    return compared(growth, GROWTH_LIMIT, 'growth of memory in use from the second to the last quarter');
  } finally {
    await scene.stop();
  }
}

/** New versions all the time; notes what memory is in use, MiB. */
async function churn(url: string, durationMs: number, usedMb: number[]): Promise<void> {
  const endMs = performance.now() + durationMs;
  for (let round = 1; performance.now() < endMs; round += 1) {
    if (round % Math.round(1000 / SAMPLE_INTERVAL_MS / UPDATES_PER_SECOND) === 0)
      await send(`${url}/v2/apps/soak/app-${round % APPS}?force=true`, 'PUT', churning(round % APPS, round));
    usedMb.push(await usedMemoryMb(url));
    await delay(SAMPLE_INTERVAL_MS);
  }
}

const churning = (app: number, version: number): Record<string, unknown> => ({
  ...definition({ id: `/soak/app-${app}`, instances: INSTANCES_PER_APP }),
  backoffSeconds: 0,
  backoffFactor: 1,
  labels: { version: String(version) },
});

async function usedMemoryMb(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`);
  const { gauges } = (await answer.json()) as { gauges: Record<string, { value: number }> };
  const [, gauge] = Object.entries(gauges).find(([name]) => name.includes('memory.heap.used')) ?? [];
  if (gauge === undefined) throw new Error('the server does not tell how much memory is in use');
  return gauge.value / 2 ** 20;
}
