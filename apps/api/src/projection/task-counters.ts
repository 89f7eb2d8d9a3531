import type { Instance } from '#domain';
import { countsOf, NO_TASKS, replaceCounts, type TaskCounts } from '../wire/task-counts.js';

/** Running counts of tasks, per app and over all apps, kept in step with every change of an instance. */
export class TaskCounters {
  private readonly byApp = new Map<string, TaskCounts>();
  private sum = NO_TASKS;

  get total(): TaskCounts {
    return this.sum;
  }

  of(appId: string): TaskCounts {
    return this.byApp.get(appId) ?? NO_TASKS;
  }

  /** An instance of the app became `after`; absent means that it did not exist, or exists no more. */
  replace(appId: string, before: Instance | undefined, after: Instance | undefined): void {
    const left = countsOf(before);
    const came = countsOf(after);
    if (left === came) return;
    this.sum = replaceCounts(this.sum, left, came);
    const counts = replaceCounts(this.of(appId), left, came);
    if (counts.staged === 0 && counts.running === 0) this.byApp.delete(appId);
    else this.byApp.set(appId, counts);
  }
}
