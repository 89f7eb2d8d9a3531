import { BackoffBook } from '../launching/backoff.js';
import { OfferStatistics } from '../launching/offer-statistics.js';
import type { QueueItem } from '../commands/submission.js';
import { isProvisioned, isScheduled, type Instance } from '../instances/instance.js';
import type { State } from '../state/state.js';
import { formatTimestamp } from '../time/timestamp.js';
import type { SchedulerRuntime } from './runtime.js';

/** What the scheduler remembers of apps that wait. */
export type QueueMemory = Pick<SchedulerRuntime, 'backoff' | 'queuedSinceMs' | 'statistics'>;

/** The launch queue as the state alone tells it, to whoever does not have the scheduler's memory. */
export function recordedLaunchQueue(state: State, nowMs: number): QueueItem[] {
  const nothing = {
    backoff: new BackoffBook(),
    queuedSinceMs: () => undefined,
    statistics: new OfferStatistics(),
  };
  return launchQueue(state, nothing, nowMs);
}

/** The launch queue: one item per app and role with instances that are to be launched (`spec/scheduling.md` §2.7). */
export function launchQueue(state: State, runtime: QueueMemory, nowMs: number): QueueItem[] {
  const items: QueueItem[] = [];
  for (const appId of [...state.instances.queuedAppIds()].toSorted()) {
    for (const [role, instances] of byRole(state.instances.of(appId))) {
      items.push(itemFor(state, runtime, { role, instances, nowMs }));
    }
  }
  return items;
}

function byRole(instances: readonly Instance[]): Map<string, Instance[]> {
  const roles = new Map<string, Instance[]>();
  for (const instance of instances) {
    if (!isScheduled(instance) && !isProvisioned(instance)) continue;
    const found = roles.get(instance.role);
    if (found === undefined) roles.set(instance.role, [instance]);
    else found.push(instance);
  }
  return roles;
}

function itemFor(
  state: State,
  runtime: QueueMemory,
  { role, instances, nowMs }: { role: string; instances: readonly Instance[]; nowMs: number },
): QueueItem {
  const [first] = instances as readonly [Instance, ...Instance[]];
  const { appId } = first;
  const app = state.apps.get(appId) ?? first.app;
  return {
    app,
    role,
    count: instances.length,
    since: formatTimestamp(runtime.queuedSinceMs(appId) ?? first.sinceMs),
    delay: runtime.backoff.queueDelayOf(app, nowMs),
    processedOffersSummary: runtime.statistics.summaryOf(appId),
    lastUnusedOffers: runtime.statistics.lastUnusedOffersOf(appId),
  };
}
