import type { Instance, VersionInfo } from '#domain';
import { countsOf, NO_TASKS, replaceCounts } from './task-counts.js';
import { isListed } from './task-json.js';

interface Stats {
  readonly stats: {
    readonly counts: { staged: number; running: number; healthy: number; unhealthy: number };
    readonly lifeTime?: { readonly averageSeconds: number; readonly medianSeconds: number };
  };
}

/** Statistics of an app's tasks by version (`spec/rest-api.md` §7.12); a group without tasks is absent. */
export interface TaskStats {
  readonly startedAfterLastScaling?: Stats;
  readonly withLatestConfig?: Stats;
  readonly withOutdatedConfig?: Stats;
  readonly totalSummary?: Stats;
}

/** `nowMs` dates the life times, epoch ms. Version texts sort as instants do. */
export function taskStats(
  instances: readonly Instance[],
  { lastScalingAt, lastConfigChangeAt }: VersionInfo,
  nowMs: number,
): TaskStats {
  const tasks = instances.filter(isListed);
  const of = (selected: readonly Instance[]) => summarise(selected, nowMs);
  return {
    startedAfterLastScaling: of(tasks.filter(({ app }) => app.version >= lastScalingAt)),
    withLatestConfig: of(tasks.filter(({ app }) => app.version >= lastConfigChangeAt)),
    withOutdatedConfig: of(tasks.filter(({ app }) => app.version < lastConfigChangeAt)),
    totalSummary: of(tasks),
  };
}

function summarise(tasks: readonly Instance[], nowMs: number): Stats | undefined {
  if (tasks.length === 0) return undefined;
  const counts = tasks.reduce((sum, task) => replaceCounts(sum, NO_TASKS, countsOf(task)), NO_TASKS);
  const lifeTimes = tasks
    .flatMap(({ task }) => (task?.startedAtMs === undefined ? [] : [(nowMs - task.startedAtMs) / 1000]))
    .toSorted((a, b) => a - b);
  if (lifeTimes.length === 0) return { stats: { counts } };
  const averageSeconds = lifeTimes.reduce((sum, seconds) => sum + seconds, 0) / lifeTimes.length;
  return { stats: { counts, lifeTime: { averageSeconds, medianSeconds: median(lifeTimes) } } };
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
