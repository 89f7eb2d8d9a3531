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

/** Counts that are kept: a new configuration asks for new ones, the oldest are counted afresh should they be asked for. */
const TRACKED = 16;

/**
 * The placed instances of one app, which constraints compare with (`spec/scheduling.md` §3.5): those that wait for an
 * offer and those the cluster lost sight of do not count, those of an older configuration do not count for newer
 * candidates. Counted when a constraint first asks, kept in step from then on.
 */
export class Placements {
  private tracked: readonly Tracked[] = [];

  /** `instances`: all of the app. */
  constructor(private readonly instances: () => Iterable<Instance>) {}

  /** Counts of a field's values over the instances whose version is not older than `notBefore`. */
  countsOf(field: string, notBefore: Timestamp): ValueCounts {
    for (const entry of this.tracked) {
      if (entry.field === field && entry.notBefore === notBefore) return entry.counts;
    }
    const entry = { field, notBefore, counts: new ValueCounts() };
    for (const instance of this.instances())
      if (countsFor(entry, instance)) entry.counts.add(valueIn(entry, instance));
    this.tracked = [...this.tracked.slice(-(TRACKED - 1)), entry];
    return entry.counts;
  }

  /** An instance changed; `undefined` where it did not exist before or does not any more. */
  change(before: Instance | undefined, after: Instance | undefined): void {
    for (const entry of this.tracked) {
      const counted = before !== undefined && countsFor(entry, before);
      const counts = after !== undefined && countsFor(entry, after);
      if (counted && counts && before.agent === after.agent) continue;
      if (counted) entry.counts.remove(valueIn(entry, before));
      if (counts) entry.counts.add(valueIn(entry, after));
    }
  }
}

function countsFor({ notBefore }: Tracked, instance: Instance): boolean {
  return instance.app.version >= notBefore && !isScheduled(instance) && !isLost(instance.condition);
}

function valueIn({ field }: Tracked, { agent }: { readonly agent?: Agent }): string | undefined {
  return agent === undefined ? undefined : fieldValue(agent, field);
}
