import { readlink, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import type { AgentOptions } from './agent-options.js';
import type { Host } from './host.js';
import type { AgentLayout, RunId } from './layout.js';

/** What collecting needs. */
export interface GarbageCollectorDependencies {
  readonly options: AgentOptions;
  readonly layout: AgentLayout;
  readonly host: Host;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The directories of this run are gone. */
  readonly onCollected: (id: RunId) => void;
}

/** Removes the directories of completed runs, the oldest first, sooner the fuller the disk is (§9.5). */
export class GarbageCollector {
  private scheduled: { readonly id: RunId; readonly completedAtMs: number }[] = [];
  private timer: Timer | undefined;
  private isStopped = false;

  constructor(private readonly dependencies: GarbageCollectorDependencies) {}

  start(): void {
    if (this.isStopped) return;
    const { clock, options, logger } = this.dependencies;
    this.timer = clock.schedule(options.diskWatchIntervalMs, () => {
      this.collect()
        .catch((error: unknown) => logger.error({ error: String(error) }, 'garbage collection failed'))
        .finally(() => this.start());
    });
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  schedule(id: RunId, completedAtMs: number): void {
    this.scheduled.push({ id, completedAtMs });
  }

  /** One round: removes what is older than the present disk usage allows. */
  async collect(): Promise<void> {
    const { options, layout, host, clock } = this.dependencies;
    const { usedRatio } = await host.diskSpace(layout.workDir);
    const maximumAgeMs = options.gcDelayMs * Math.max(0, 1 - options.gcDiskHeadroom - usedRatio);
    const oldestAllowedMs = clock.nowMs() - maximumAgeMs;
    const due = this.scheduled.filter(({ completedAtMs }) => completedAtMs < oldestAllowedMs);
    this.scheduled = this.scheduled.filter(({ completedAtMs }) => completedAtMs >= oldestAllowedMs);
    due.sort((a, b) => a.completedAtMs - b.completedAtMs);
    for (const { id } of due) await this.remove(id);
  }

  private async remove(id: RunId): Promise<void> {
    const { layout, onCollected } = this.dependencies;
    for (const directory of [layout.sandbox(id), layout.runMeta(id)]) {
      await rm(directory, { recursive: true, force: true });
      await removeEmptyParents(directory);
    }
    onCollected(id);
  }
}

/** Removes `runs` and the executor's directory when this was its last run. */
async function removeEmptyParents(runDirectory: string): Promise<void> {
  const runs = dirname(runDirectory);
  const latest = join(runs, 'latest');
  try {
    if (join(runs, await readlink(latest)) === runDirectory) await rm(latest);
    await rmdir(runs);
    await rm(dirname(runs), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not empty: another run of the executor is still there. Not there: nothing to do.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
