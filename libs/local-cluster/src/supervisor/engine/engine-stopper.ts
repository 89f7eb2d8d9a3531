import { spawn, type ChildProcess } from 'node:child_process';
import type { EngineContainer } from '../protocol.js';

/** A call that failed, as it does before the container exists or without an engine, is tried again: soon, then less so. */
const firstRetryMs = 500;
const longestRetryMs = 5_000;
/** A call that takes this much longer than it may hangs (spec/local-cluster.md §17.4). */
const hangMs = 10_000;

/** A stop that fails this much later than it may take did ask the container; an earlier failure asked nobody. */
const askedMs = 1_000;

/** A call of the client, and what follows when it fails or hangs. */
interface Call {
  readonly command: readonly string[];
  readonly limitMs: number;
  /** Told how long the call took. */
  readonly onFailure: (tookMs: number) => void;
  readonly onHang: () => void;
}

/**
 * Ends a container through the client of its engine (spec/local-cluster.md §17.4). One call is under way at a time;
 * the end itself shows as the end of the attached client. Until `cancel` it is tried again and again: the engine may
 * be away.
 */
export class EngineStopper {
  private pending: ChildProcess | undefined;
  private isKilling = false;
  private retryTimer: NodeJS.Timeout | undefined;
  private hangTimer: NodeJS.Timeout | undefined;
  private retryMs = firstRetryMs;

  constructor(
    private readonly engine: EngineContainer,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /**
   * Asks the container to end within `graceMs`; takes the place of an earlier stop that still waits. The container has
   * its time from when the engine takes the call: an engine that is away uses none of it up.
   */
  stop(graceMs: number): void {
    if (this.isKilling) return;
    this.run({
      command: ['stop', '-t', String(Math.ceil(graceMs / 1000))],
      limitMs: graceMs + hangMs,
      onFailure: (tookMs) =>
        tookMs < graceMs + askedMs ? this.retry(() => this.stop(graceMs)) : this.kill(),
      onHang: () => this.kill(),
    });
  }

  /** Ends the container at once. Further calls do nothing while one is under way. */
  kill(): void {
    if (this.isKilling) return;
    this.isKilling = true;
    const again = (): void => {
      this.isKilling = false;
      this.kill();
    };
    this.run({
      command: ['kill'],
      limitMs: hangMs,
      onFailure: () => this.retry(again),
      onHang: again,
    });
  }

  /** Sees to it, with one call, that nothing goes on behind an attached client that ended alone. */
  killRemains(): void {
    this.run({
      command: ['kill'],
      limitMs: hangMs,
      onFailure: () => undefined,
      onHang: () => this.cancel(),
    });
  }

  /** The container has ended: nothing is left to be tried. */
  cancel(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.hangTimer);
    this.pending?.removeAllListeners('close').kill('SIGKILL');
    this.pending = undefined;
  }

  private retry(again: () => void): void {
    this.retryTimer = setTimeout(again, this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, longestRetryMs);
  }

  private run({ command, limitMs, onFailure, onHang }: Call): void {
    this.cancel();
    const startedAtMs = performance.now();
    const [file = '', ...common] = this.engine.client;
    const child = spawn(file, [...common, ...command, this.engine.name], {
      cwd: '/',
      env: this.environment,
      stdio: 'ignore',
    });
    this.pending = child;
    this.hangTimer = setTimeout(onHang, limitMs);
    const ended = (succeeded: boolean): void => {
      if (this.pending !== child) return;
      this.pending = undefined;
      clearTimeout(this.hangTimer);
      if (!succeeded) {
        onFailure(performance.now() - startedAtMs);
        return;
      }
      this.isKilling = false;
      this.retryMs = firstRetryMs;
    };
    child.once('error', () => ended(false));
    child.once('close', (code) => ended(code === 0));
  }
}
