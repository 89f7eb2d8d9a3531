import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Runs a program of this machine to its end; what it says goes to our own error output. Throws on failure. */
export async function runProgram(file: string, args: readonly string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', process.stderr, process.stderr] });
  await ended(file, child);
}

/** Starts a decompressor reading the file `path`: its output, and a promise of its success. */
export function decompress(file: string, path: string): { output: Readable; success: Promise<void> } {
  const child = spawn(file, ['-dc', '--', path], { stdio: ['ignore', 'pipe', process.stderr] });
  return { output: child.stdout, success: ended(file, child) };
}

function ended(file: string, child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`'${file}' is not installed`) : error);
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`'${file}' ended with ${signal ?? `status ${code}`}`));
    });
  });
}
