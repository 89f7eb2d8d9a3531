import type { Instance } from '#domain';
import { resultsOf } from './health-json.js';

/** Tasks of an app by what they are doing (`spec/rest-api.md` §7.12). */
export interface TaskCounts {
  readonly staged: number;
  readonly running: number;
  readonly healthy: number;
  readonly unhealthy: number;
}

export const NO_TASKS: TaskCounts = { staged: 0, running: 0, healthy: 0, unhealthy: 0 };

const STAGED: TaskCounts = { ...NO_TASKS, staged: 1 };
const RUNNING: TaskCounts = { ...NO_TASKS, running: 1 };
const HEALTHY: TaskCounts = { ...RUNNING, healthy: 1 };
const UNHEALTHY: TaskCounts = { ...RUNNING, unhealthy: 1 };

/** What one instance adds. Instances that wait for an offer count nowhere. */
export function countsOf(instance: Instance | undefined): TaskCounts {
  switch (instance?.condition) {
    case 'Provisioned':
    case 'Staging':
      return STAGED;
    case 'Running': {
      const results = resultsOf(instance);
      if (results.length === 0) return RUNNING;
      return results.every(({ alive }) => alive) ? HEALTHY : UNHEALTHY;
    }
    default:
      return NO_TASKS;
  }
}

/** `total` with what left taken away and what came added. */
export function replaceCounts(total: TaskCounts, left: TaskCounts, came: TaskCounts): TaskCounts {
  return {
    staged: total.staged - left.staged + came.staged,
    running: total.running - left.running + came.running,
    healthy: total.healthy - left.healthy + came.healthy,
    unhealthy: total.unhealthy - left.unhealthy + came.unhealthy,
  };
}

/** The counts as members of an app object, without braces. */
export const writeCountMembers = (counts: TaskCounts): string =>
  `"tasksStaged":${counts.staged},"tasksRunning":${counts.running},` +
  `"tasksHealthy":${counts.healthy},"tasksUnhealthy":${counts.unhealthy}`;
