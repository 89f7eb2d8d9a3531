import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ekiden-process.js';

/** What `npx ekiden` runs. */
export const CLI = join(projectRoot, 'scripts/ekiden.mjs');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the command line under way, as a process of its own. */
export class CliProcess {
  stdout = '';
  stderr = '';
  readonly done: Promise<CliRun>;
  private readonly child: ChildProcess;

  constructor(url: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, EKIDEN_URL: url, ...env },
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.done = new Promise((resolve) => {
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  write(text: string): void {
    this.child.stdin!.end(text);
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }
}
