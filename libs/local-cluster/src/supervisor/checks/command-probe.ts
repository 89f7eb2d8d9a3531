import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { errorText } from '../exec-error.js';
import { findProcess } from '../process-table.js';
import type { CheckResult, ProbeSpec } from '../protocol.js';
import type { ProbeSurroundings } from './probes.js';

type CommandProbe = Extract<ProbeSpec, { type: 'COMMAND' }>;

/**
 * Runs a command in the sandbox, as the task's user; what it writes goes to the task's `stderr`. What it leaves running
 * is ended after it, as that of a task is (spec/local-cluster.md §12 "Leftovers").
 */
export async function runCommandProbe(
  probe: CommandProbe,
  surroundings: ProbeSurroundings,
  signal: AbortSignal,
): Promise<CheckResult> {
  const child = start(probe, surroundings);
  const startTime = child.pid === undefined ? undefined : findProcess(child.pid)?.startTime;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (child.pid !== undefined) surroundings.endTree(child.pid);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    child.on('error', (error) => reject(new Error(`cannot be executed: ${errorText(error)}`)));
    child.once('exit', (code, name) => {
      signal.removeEventListener('abort', abort);
      if (child.pid !== undefined) surroundings.sweep(child.pid, startTime);
      resolve({ exitCode: code ?? shellStatusOf(name) });
    });
  });
}

function start({ file, argv, environment }: CommandProbe, { spec, output }: ProbeSurroundings): ChildProcess {
  return output.forHelper((fd) =>
    spawn(file, argv.slice(1), {
      argv0: argv[0],
      cwd: spec.directory,
      env: environment,
      // A session of its own, so that all of it can be ended when it takes too long.
      detached: true,
      stdio: ['ignore', fd, fd],
      uid: spec.user?.uid,
      gid: spec.user?.gid,
    }),
  );
}

/** A command that a signal ended has no exit code; shells make this one of it. */
function shellStatusOf(name: NodeJS.Signals | null): number {
  return 128 + (name === null ? 0 : constants.signals[name]);
}
