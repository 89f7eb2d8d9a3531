/**
 * Program of a fetcher process (spec/local-cluster.md §11): reads a FetchPlan, one line, from its standard input, runs
 * as the task's user, writes what it does to its error output, which is the task's `stderr`. Status 1: something
 * failed. It does not outlive its agent: the input ends with that, and then the fetch and its helpers are killed.
 */
import { fetchAll } from './fetch-all.js';
import type { FetchPlan } from './fetch-plan.js';
import { readFirstLine } from './lifeline.js';

function log(line: string): void {
  process.stderr.write(`fetcher: ${line}\n`);
}

/** The group is this process and the programs it runs. */
function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}

process.umask(0o022);
const plan = JSON.parse(await readFirstLine(process.stdin, killGroup)) as FetchPlan;
try {
  await fetchAll(plan, log);
} catch (error) {
  log((error as Error).message);
  process.exitCode = 1;
}
process.stdin.destroy();
