import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ekiden-process.js';

const main = join(projectRoot, 'dist/apps/ekidenctl/src/main.js');

/** Who has not ended by then is killed, and counts as ended with -1. */
const LIMIT_MS = 100_000;

/** Runs `ekidenctl` as a process of its own; gives its exit code and what it wrote. */
export function runEkidenctl(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code: error?.killed === true ? -1 : code, output: stdout + stderr });
    });
  });
}
