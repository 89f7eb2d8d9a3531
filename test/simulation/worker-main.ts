/** A process that runs the seeds it is sent, one after another. */
import { runSeed } from './run-seed.js';

let last: Promise<unknown> = Promise.resolve();

process.on('message', (seed: number) => {
  last = runAfter(last, seed);
});

async function runAfter(previous: Promise<unknown>, seed: number): Promise<void> {
  await previous;
  process.send?.(await runSeed(seed));
}
