import { isLost } from '../../instances/condition.js';
import { isScheduled, type Agent, type Instance } from '../../instances/instance.js';
import type { Timestamp } from '../../time/timestamp.js';
import { fieldValue } from './field-value.js';
import { ValueCounts } from './value-counts.js';

interface Tracked {
  readonly field: string;
  readonly notBefore: Timestamp;
  readonly counts: ValueCounts;
}

/** Counts kept per app: a new configuration asks for new ones, the oldest are counted afresh should they be asked for. */
const TRACKED_PER_APP = 16;

/**
 * The placed instances that constraints compare with (`spec/scheduling.md` §3.5): those that wait for an offer and those
 * the cluster lost sight of do not count, those of an older configuration do not count for newer candidates. Counted when
 * a constraint first asks, kept in step from then on.
 */
export class Placements {
  private readonly byApp = new Map<string, Tracked[]>();

  /** `instancesOf`: all instances of an app. */
  constructor(private readonly instancesOf: (appId: string) => Iterable<Instance>) {}

  /** Counts of a field's values over the instances of an app whose version is not older than `notBefore`. */
  countsOf(appId: string, field: string, notBefore: Timestamp): ValueCounts {
    const tracked = this.byApp.get(appId) ?? [];
    const known = tracked.find((entry) => entry.field === field && entry.notBefore === notBefore);
    if (known !== undefined) return known.counts;
    const entry = { field, notBefore, counts: new ValueCounts() };
    for (const instance of this.instancesOf(appId))
      if (countsFor(entry, instance)) entry.counts.add(valueIn(entry, instance));
    this.byApp.set(appId, [...tracked.slice(-(TRACKED_PER_APP - 1)), entry]);
    return entry.counts;
  }

  /** An instance changed; `undefined` where it did not exist before or does not any more. */
  change(before: Instance | undefined, after: Instance | undefined): void {
    if (this.byApp.size === 0) return;
    const tracked = this.byApp.get((after ?? before)?.appId ?? '');
    if (tracked === undefined) return;
    for (const entry of tracked) {
      const counted = before !== undefined && countsFor(entry, before);
      const counts = after !== undefined && countsFor(entry, after);
      if (counted && counts && before.agent === after.agent) continue;
      if (counted) entry.counts.remove(valueIn(entry, before));
      if (counts) entry.counts.add(valueIn(entry, after));
    }
  }

  /** The app has no instances any more. */
  forget(appId: string): void {
    this.byApp.delete(appId);
  }
}

function countsFor({ notBefore }: Tracked, instance: Instance): boolean {
  return instance.app.version >= notBefore && !isScheduled(instance) && !isLost(instance.condition);
}

function valueIn({ field }: Tracked, { agent }: { readonly agent?: Agent }): string | undefined {
  return agent === undefined ? undefined : fieldValue(agent, field);
}
