import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../support/ekiden-process.js';

/** Pause before a program that ended is started again. */
const RESTART_PAUSE_MS = 250;

const NODE_FLAGS = JSON.parse(readFileSync(join(projectRoot, 'scripts/node-flags.json'), 'utf8')) as string[];

export interface Program {
  readonly name: string;
  /** Below `dist`. */
  readonly main: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Everything that its runs write, one after the other. */
  readonly logPath: string;
}

/**
 * A program of the project under a supervisor, which starts it again whenever it ends, and ends it with this process. It is
 * hit by signals only.
 */
export class Supervised {
  /** Ends that nobody asked for, as `code 101` or `signal SIGABRT`. */
  readonly ownEnds: string[] = [];
  private child: ChildProcess | undefined;
  private supervision: Promise<void> | undefined;
  private isWanted = false;
  /** Processes that were told to end. */
  private readonly told = new Set<number>();

  constructor(private readonly program: Program) {
    if (!existsSync(this.main)) throw new Error(`${this.main} is missing: build first (npm run build)`);
  }

  get name(): string {
    return this.program.name;
  }

  start(): void {
    this.isWanted = true;
    this.supervision ??= this.supervise();
  }

  /** Sends a signal to the present run, if there is one. */
  signal(name: NodeJS.Signals): void {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (name === 'SIGKILL' || name === 'SIGTERM') this.told.add(child.pid);
    child.kill(name);
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    this.isWanted = false;
    this.signal('SIGKILL');
    await this.supervision;
  }

  private get main(): string {
    return join(projectRoot, 'dist', this.program.main);
  }

  private async supervise(): Promise<void> {
    while (this.isWanted) {
      const log = openSync(this.program.logPath, 'a');
      const args = ['--pdeathsig', 'KILL', process.execPath, ...NODE_FLAGS, this.main, ...this.program.args];
      const child = spawn('setpriv', args, {
        cwd: projectRoot,
        env: { ...process.env, ...this.program.env },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      this.child = child;
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (!this.told.delete(child.pid!))
        this.ownEnds.push(signal === null ? `code ${code}` : `signal ${signal}`);
      forgetClockOf(child.pid!);
      if (this.isWanted) await delay(RESTART_PAUSE_MS);
    }
  }
}

/** What libfaketime shares between the threads of a process stays behind when the process is killed. */
function forgetClockOf(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
    rmSync(join('/dev/shm', name), { force: true });
}
