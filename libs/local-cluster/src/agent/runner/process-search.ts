import { readProcessTable, readTextIfThere } from '../../supervisor/process-table.js';

/** A look at all environments serves every question asked within this time. */
const validForMs = 500;

/**
 * Finds processes by the sandbox their environment names: those of a container whose pid was never written down,
 * and those that left its session. Linux only; elsewhere nothing is found.
 */
export class SandboxProcesses {
  private lookedAtMs = -Infinity;
  private pids = new Map<string, number[]>();

  find(directory: string): readonly number[] {
    if (performance.now() - this.lookedAtMs > validForMs) this.look();
    // Environments are bytes, and so are read byte by byte: the key has to look the same way.
    return this.pids.get(Buffer.from(directory).toString('latin1')) ?? [];
  }

  private look(): void {
    this.pids = new Map();
    for (const { pid, isZombie } of readProcessTable()) {
      if (isZombie || pid === process.pid) continue;
      const environment = readTextIfThere(`/proc/${pid}/environ`) ?? '';
      // Only tasks have the second variable; it keeps processes apart that merely pass a path on.
      if (!environment.includes('MESOS_EXECUTOR_ID=')) continue;
      const directory = /(?:^|\0)MESOS_SANDBOX=([^\0]*)/.exec(environment)?.[1];
      if (directory === undefined) continue;
      const siblings = this.pids.get(directory);
      if (siblings === undefined) this.pids.set(directory, [pid]);
      else siblings.push(pid);
    }
    this.lookedAtMs = performance.now();
  }
}
