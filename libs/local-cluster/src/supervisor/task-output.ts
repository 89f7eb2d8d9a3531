import { closeSync, openSync, writeSync } from 'node:fs';
import { openOutput } from '../runtime/output-file.js';
import type { ContainerSpec } from './protocol.js';

/** Standard input, output and error. */
type StandardStreams = [number, number, number];

/** The `stdout` and `stderr` of a task, which the task may have replaced by anything since it runs. */
export class TaskOutput {
  private reported: string | undefined;

  /** `onFailure` is told why something cannot be written, once for each reason. */
  constructor(
    private readonly spec: Pick<ContainerSpec, 'stdout' | 'stderr' | 'user'>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Calls `use` with descriptors for the standard streams of a task that starts. Throws when there are none. */
  forTask<Result>(use: (fds: StandardStreams) => Result): Result {
    return this.withStreams((path) => openOutput(path, this.spec.user), use);
  }

  /** As `forTask`, for a task that runs already: what it says is lost where there is no file for it any more. */
  forRunningTask<Result>(use: (fds: StandardStreams) => Result): Result {
    return this.withStreams((path) => this.open(path) ?? openSync('/dev/null', 'w'), use);
  }

  /** Calls `use` with a descriptor for what a helper of the task says: to its `stderr`, or lost if there is none. */
  forHelper<Result>(use: (fd: number) => Result): Result {
    const fd = this.open(this.spec.stderr) ?? openSync('/dev/null', 'w');
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** Adds a line to `stderr`, if that is possible. */
  complain(text: string): void {
    const fd = this.open(this.spec.stderr);
    if (fd === undefined) return;
    try {
      writeSync(fd, `${text}\n`);
    } catch (error) {
      this.report(error);
    } finally {
      closeSync(fd);
    }
  }

  private withStreams<Result>(open: (path: string) => number, use: (fds: StandardStreams) => Result): Result {
    const fds: number[] = [];
    try {
      fds.push(openSync('/dev/null', 'r'));
      fds.push(open(this.spec.stdout));
      fds.push(open(this.spec.stderr));
      return use(fds as StandardStreams);
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  }

  private open(path: string): number | undefined {
    try {
      return openOutput(path, this.spec.user);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  private report(error: unknown): void {
    if (String(error) !== this.reported) this.onFailure(error);
    this.reported = String(error);
  }
}
