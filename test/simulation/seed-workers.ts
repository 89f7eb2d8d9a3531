import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SeedReport } from './run-seed.js';

const PROGRAM = fileURLToPath(new URL('worker-main.js', import.meta.url));

/** A process is started anew after so many seeds, and ended when one takes so long. */
const SEEDS_PER_PROCESS = 250;
const LONGEST_SEED_MS = 120_000;

interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
}

/** Shares seeds among processes. Resolves when all are done. */
export async function runInWorkers(
  { from, seeds, workers }: Range,
  onReport: (report: SeedReport) => void,
): Promise<void> {
  let next = from;
  const take = (): number | undefined => (next < from + seeds ? next++ : undefined);
  await Promise.all(Array.from({ length: Math.min(workers, seeds) }, () => work(take, onReport)));
}

async function work(take: () => number | undefined, onReport: (report: SeedReport) => void): Promise<void> {
  let child: ChildProcess | undefined;
  let done = 0;
  for (let seed = take(); seed !== undefined; seed = take()) {
    child ??= fork(PROGRAM, { execArgv: process.execArgv });
    const report = await ask(child, seed);
    onReport(report);
    done += 1;
    if (report.digest !== '' && done % SEEDS_PER_PROCESS !== 0) continue;
    child.kill();
    child = undefined;
  }
  child?.kill();
}

/** A process that ends or hangs has violated something, too. */
function ask(child: ChildProcess, seed: number): Promise<SeedReport> {
  return new Promise((resolve) => {
    const give = (report: SeedReport): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(report);
    };
    const timer = setTimeout(() => give(lostReport(seed, 'the run never ends')), LONGEST_SEED_MS);
    child.once('message', (report) => give(report as SeedReport));
    child.once('exit', (code, signal) => give(lostReport(seed, `the process ended with ${code ?? signal}`)));
    child.send(seed);
  });
}

const lostReport = (seed: number, violation: string): SeedReport => ({
  seed,
  digest: '',
  durationMs: 0,
  cpuMs: 0,
  nodes: 0,
  happenings: 0,
  events: 0,
  acknowledged: 0,
  reads: 0,
  tasks: 0,
  faults: {},
  violation,
});
