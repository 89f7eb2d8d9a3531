import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 50;

/** Generous on purpose: it bounds how long a broken test hangs, it measures nothing. */
const START_TIMEOUT_MS = 60_000;

/** How much of a log is shown when a server does not come up. */
const SHOWN_LOG_LINES = 60;

export interface JavaServerOptions {
  /** In the words of failures. */
  readonly name: string;
  /** Options of the virtual machine, main class and its arguments. */
  readonly args: readonly string[];
  readonly workingDir: string;
  /** Gets everything that the server writes, over all its runs. */
  readonly logFile: string;
  /** Whether the server answers. May throw, which means that it does not yet. */
  answers(): Promise<boolean>;
}

/** A server in a Java virtual machine that is started, killed, frozen and started again at the same place. */
export class JavaServer {
  private child: ChildProcess | undefined;

  constructor(private readonly options: JavaServerOptions) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    if (!this.isRunning) throw new Error(`${this.options.name} does not run`);
    return this.child!.pid!;
  }

  /** Starts the server without waiting for anything. It ends with this process, however that ends. */
  launch(): void {
    if (this.isRunning) throw new Error(`${this.options.name} runs already`);
    const { args, workingDir, logFile } = this.options;
    const log = openSync(logFile, 'a');
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', 'java', ...args], {
      cwd: workingDir,
      stdio: ['ignore', log, log],
    });
    // A program that cannot be started shows as one that ended.
    this.child.on('error', () => {});
    closeSync(log);
  }

  /**
   * Waits until the server answers.
   *
   * @throws with the end of its log when it ends before, or does not answer in time.
   */
  async ready(): Promise<void> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (!(await this.answers())) {
      if (!this.isRunning) throw new Error(`${this.options.name} ended:\n${this.logEnd()}`);
      if (performance.now() > deadlineMs)
        throw new Error(`${this.options.name} does not answer:\n${this.logEnd()}`);
      await delay(POLL_INTERVAL_MS);
    }
  }

  /** Ends the server as a power cut would. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Asks for an orderly stop and waits for it. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Stops the server in its tracks; its connections stay open. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** Lets a frozen server go on. */
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.child!, 'exit');
    this.child!.kill(signal);
    await exited;
  }

  private async answers(): Promise<boolean> {
    try {
      return await this.options.answers();
    } catch {
      return false;
    }
  }

  private logEnd(): string {
    const { logFile } = this.options;
    if (!existsSync(logFile)) return '(no log)';
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n');
  }
}
