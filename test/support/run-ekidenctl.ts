import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ekiden-process.js';

const main = join(projectRoot, 'dist/apps/ekidenctl/src/main.js');

/** Runs `ekidenctl` as a process of its own; gives its exit code and what it wrote. */
export function runEkidenctl(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        output: stdout + stderr,
      });
    });
  });
}
