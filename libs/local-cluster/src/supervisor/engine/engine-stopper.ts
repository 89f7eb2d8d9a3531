import { spawn, type ChildProcess } from 'node:child_process';
import type { EngineContainer } from '../protocol.js';

/** A stop that failed, as it does before the container exists, is tried again after this time. */
const retryMs = 500;

/**
 * Ends a container through the client of its engine (spec/local-cluster.md §17.4). One call is under way at a time;
 * the end itself shows as the end of the attached client.
 */
export class EngineStopper {
  private pending: ChildProcess | undefined;
  private isKilling = false;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly engine: EngineContainer,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Asks the container to end within `graceMs`; takes the place of an earlier stop that still waits. */
  stop(graceMs: number): void {
    if (this.isKilling) return;
    this.run(['stop', '-t', String(Math.ceil(graceMs / 1000))], () => this.stop(graceMs));
  }

  /** Ends the container at once. Further calls do nothing while one is under way. */
  kill(): void {
    if (this.isKilling) return;
    this.isKilling = true;
    this.run(['kill'], () => undefined);
  }

  /** The container has ended by itself: nothing is left to be tried. */
  cancel(): void {
    clearTimeout(this.retryTimer);
    this.pending?.removeAllListeners('close').kill('SIGKILL');
    this.pending = undefined;
  }

  private run(command: readonly string[], onFailure: () => void): void {
    this.cancel();
    const [file = '', ...common] = this.engine.client;
    const child = spawn(file, [...common, ...command, this.engine.name], {
      cwd: '/',
      env: this.environment,
      stdio: 'ignore',
    });
    this.pending = child;
    const ended = (succeeded: boolean): void => {
      if (this.pending !== child) return;
      this.pending = undefined;
      this.isKilling = false;
      if (!succeeded) this.retryTimer = setTimeout(onFailure, retryMs);
    };
    child.once('error', () => ended(false));
    child.once('close', (code) => ended(code === 0));
  }
}
