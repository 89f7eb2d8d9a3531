/** A process that runs the seeds it is sent, one after another. */
import { runSeed } from './run-seed.js';

let last: Promise<void> = Promise.resolve();

process.on('message', (seed: number) => {
  last = last.then(async () => {
    process.send?.(await runSeed(seed));
  });
});
