import { parseArgs } from 'node:util';
import { rounded, type BenchmarkResult } from '../result.js';
import { createApps, definition, send, untilDeployed, type AppWish } from './client.js';
import { MARATHON_STEPS } from './peers.js';
import { ScaleScene } from './scale-scene.js';
import { printTable } from './table.js';

/** The sizes of Marathon's own test. */
const SIZES = [1, 10, 100, 500, 1000, 5000, 10_000, 25_000, 50_000];

/** At least so many times faster than Marathon was. */
const WANTED_FACTOR = 10;

/** Requests in parallel when every instance is an app of its own. */
const PARALLEL = 64;

/** A single instance would wait for nothing else than this. */
const REVIVE_INTERVAL_MS = 10;

/** What takes longer is given up. */
const STEP_LIMIT_MS = 600_000;

const MODES = ['instances', 'apps', 'group'] as const;

type Mode = (typeof MODES)[number];

const TITLES: Readonly<Record<Mode, string>> = {
  instances: 'instances of one app',
  apps: 'apps of one instance',
  group: 'apps of one group',
};

/**
 * So many instances of one app, as apps, and as apps of one group. Tasks start at once: how long a machine takes to start
 * a process is not looked at. Options: `--sizes N,N`.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { sizes: { type: 'string' } } });
  const sizes = values.sizes?.split(',').map(Number) ?? SIZES;
  const scene = await ScaleScene.start(
    {
      agents: 500,
      resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
      tasks: { staging_ms: 0, starting_ms: 0, running_ms: 0, kill_ms: 0 },
    },
    { reviveIntervalMs: REVIVE_INTERVAL_MS },
  );
  const rows: (string | number)[][] = [];
  let worst = Infinity;
  try {
    // What a process does for the first time takes longer, whatever it is.
    await step(scene, 'instances', 100, 'warm-up');
    for (const mode of MODES)
      for (const size of sizes) {
        const seconds = await step(scene, mode, size, `${mode}-${size}`);
        const peer = MARATHON_STEPS[mode].get(size);
        // A run that did not get to the end is worth the rate that it had.
        const factor = peer === undefined ? undefined : size / seconds / (peer.reached / peer.seconds);
        worst = Math.min(worst, factor ?? Infinity);
        rows.push([TITLES[mode], size, rounded(seconds), ...compared(peer, factor)]);
      }
  } finally {
    await scene.stop();
  }
  printTable(['what', 'size', 'Ekiden s', 'Marathon 1.4 s', 'times faster'], rows);
  const value = rounded(worst);
  return {
    value,
    unit: 'times Marathon, the smallest of all cells with a figure',
    reference: WANTED_FACTOR,
    ratio: rounded(value / WANTED_FACTOR),
  };
}

function compared(
  peer: { readonly reached: number; readonly seconds: number } | undefined,
  factor: number | undefined,
): string[] {
  if (peer === undefined || factor === undefined) return ['never got there', ''];
  return [`${peer.seconds} (${peer.reached} reached)`, String(rounded(factor))];
}

/** Seconds from the first request to the last task running; everything is deleted afterwards. */
async function step(scene: ScaleScene, mode: Mode, size: number, name: string): Promise<number> {
  const { url } = scene;
  const { seconds, launched } = await scene.measure(async () => {
    if (mode === 'group')
      await send(`${url}/v2/groups/${name}`, 'PUT', { apps: apps(size, '').map(definition) });
    else await createApps(url, mode === 'apps' ? apps(size, `/${name}/`) : [single(name, size)], PARALLEL);
    await untilDeployed(url, STEP_LIMIT_MS);
  });
  if (launched !== size) throw new Error(`${launched} of ${size} tasks began to run`);
  console.log(`${TITLES[mode]}: ${size} running after ${rounded(seconds)} s`);
  const what = mode === 'instances' ? 'apps' : 'groups';
  await send(`${url}/v2/${what}/${name}?force=true`, 'DELETE');
  await untilDeployed(url, STEP_LIMIT_MS);
  return seconds;
}

const small = { cpus: 0.1, mem: 16 };

const single = (name: string, instances: number): AppWish => ({ id: `/${name}`, instances, ...small });

const apps = (count: number, path: string): AppWish[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${path}app-${index}`, instances: 1, ...small }));
