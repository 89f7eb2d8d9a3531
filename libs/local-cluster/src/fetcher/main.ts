/**
 * Program of a fetcher process (spec/local-cluster.md §11): reads a FetchPlan from its standard input, runs as the
 * task's user, writes what it does to its error output, which is the task's `stderr`. Status 1: something failed.
 */
import { fetchAll } from './fetch-all.js';
import type { FetchPlan } from './fetch-plan.js';

function log(line: string): void {
  process.stderr.write(`fetcher: ${line}\n`);
}

process.umask(0o022);
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
try {
  await fetchAll(JSON.parse(Buffer.concat(chunks).toString()) as FetchPlan, log);
} catch (error) {
  log((error as Error).message);
  process.exitCode = 1;
}
