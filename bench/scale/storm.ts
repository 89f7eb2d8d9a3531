import { compared, rounded, type BenchmarkResult } from '../result.js';
import { createApps, untilDeployed, type AppWish } from './client.js';
import type { Peer } from './peers.js';
import { replayedHashes } from './replayed-hashes.js';
import { ScaleScene, type Spent } from './scale-scene.js';
import { printTable } from './table.js';

/** Apps that are asked for at once, on a cluster that has room for all of them. */
export interface Storm {
  readonly apps: number;
  readonly instancesPerApp: number;
  readonly agents: number;
  readonly resources: string;
  /** Of one instance. */
  readonly cpus: number;
  readonly mem: number;
  readonly limitSeconds: number;
  readonly peers: readonly Peer[];
}

/** Requests in parallel. */
const PARALLEL = 16;

/** Most of these apps are known when offers are asked for. */
const REVIVE_INTERVAL_MS = 1000;

/** What takes longer than this many times the limit is given up. */
const PATIENCE = 5;

/** Launches everything and says how long it took, what it cost, and that the log tells the same state again. */
export async function storm(plan: Storm): Promise<BenchmarkResult> {
  const { apps, instancesPerApp, agents, resources, limitSeconds } = plan;
  const total = apps * instancesPerApp;
  console.log(`${apps} apps × ${instancesPerApp} instances on ${agents} agents (${resources})`);
  const scene = await ScaleScene.start({ agents, resources }, { reviveIntervalMs: REVIVE_INTERVAL_MS });
  try {
    const spent = await scene.measure(async () => {
      await createApps(scene.url, wishes(plan), PARALLEL);
      await untilDeployed(scene.url, limitSeconds * PATIENCE * 1000);
    });
    printSpent(spent);
    judge(spent, total);
    printPeers(total / spent.seconds, plan.peers);
    await scene.server.end();
    await printHashes(scene.server.dataDir);
    return compared(total / spent.seconds, total / limitSeconds, 'instances/s');
  } finally {
    await scene.stop();
  }
}

function wishes({ apps, instancesPerApp: instances, cpus, mem }: Storm): AppWish[] {
  return Array.from({ length: apps }, (_, index) => ({ id: `/storm/app-${index}`, instances, cpus, mem }));
}

/** Throws when something is not as it has to be, however fast it was. */
function judge({ launched, peakTasks, twice }: Spent, total: number): void {
  if (launched !== total) throw new Error(`${launched} tasks began to run instead of ${total}`);
  if (peakTasks > total) throw new Error(`there were ${peakTasks} tasks at a time, more than ${total}`);
  if (twice > 0) throw new Error(`${twice} tasks were launched more than once`);
}

/** One line on each thing that work costs. */
export function printSpent(spent: Spent): void {
  const { launched, seconds, events, ekidenCpuSeconds, simulatorCpuSeconds, peakTasks } = spent;
  console.log(`${launched} tasks running after ${rounded(seconds)} s, ${rounded(launched / seconds)}/s`);
  console.log(`at most ${peakTasks} tasks at a time, none launched twice (${events} events, all durable)`);
  console.log(
    `processor time: Ekiden ${rounded(ekidenCpuSeconds)} s (${micros(ekidenCpuSeconds, launched)} µs per task), ` +
      `simulated cluster ${rounded(simulatorCpuSeconds)} s (${micros(simulatorCpuSeconds, launched)} µs per task)`,
  );
  console.log(
    `memory afterwards: Ekiden ${Math.round(spent.ekidenMb)} MiB, simulated cluster ${Math.round(spent.simulatorMb)} MiB`,
  );
}

const micros = (seconds: number, count: number): number => Math.round((seconds * 1e6) / count);

export function printPeers(perSecond: number, peers: readonly Peer[]): void {
  printTable(
    ['instances/s', 'Ekiden', 'ratio'],
    peers.map((peer) => [
      `${peer.who}: ${Math.round(peer.perSecond)}`,
      Math.round(perSecond),
      rounded(perSecond / peer.perSecond),
    ]),
  );
}

async function printHashes(dataDir: string): Promise<void> {
  const { position, head, written } = await replayedHashes(dataDir);
  console.log(`replayed from the first event: state ${head.slice(0, 16)}… at position ${position}`);
  if (written === undefined) return;
  const { live, replayed } = written;
  const verdict = live === replayed ? 'the same as' : 'NOT';
  console.log(
    `at position ${written.position}: ${replayed.slice(0, 16)}…, ${verdict} the state that the run itself wrote down`,
  );
  if (live !== replayed) throw new Error('the replayed log gives another state than the run had');
}
