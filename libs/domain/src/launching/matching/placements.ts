import { isLost } from '../../instances/condition.js';
import { isScheduled, type Agent, type Instance } from '../../instances/instance.js';
import type { Timestamp } from '../../time/timestamp.js';
import { fieldValue } from './field-value.js';
import { ValueCounts } from './value-counts.js';

interface Placed {
  readonly version: Timestamp;
  readonly agent: Agent | undefined;
}

interface Tracked {
  readonly field: string;
  readonly notBefore: Timestamp;
  readonly counts: ValueCounts;
}

/**
 * The placed instances of one app that constraints compare with (`spec/scheduling.md` §3.5): those that wait for an offer
 * and those the cluster lost sight of do not count, those of an older configuration do not count for newer candidates.
 * Launches of the running pass are added as they are decided.
 */
export class Placements {
  private readonly tracked: Tracked[] = [];
  private placed: readonly Placed[] | undefined;
  private readonly launched: Placed[] = [];

  /** `instances`: all instances of the app; read once, and only if a constraint asks. */
  constructor(private readonly instances: () => Iterable<Instance>) {}

  /** Counts of a field's values over the instances whose version is not older than `notBefore`. */
  countsOf(field: string, notBefore: Timestamp): ValueCounts {
    const known = this.tracked.find((entry) => entry.field === field && entry.notBefore === notBefore);
    if (known !== undefined) return known.counts;
    const entry = { field, notBefore, counts: new ValueCounts() };
    this.tracked.push(entry);
    this.placed ??= placedAmong(this.instances());
    for (const placed of this.placed) track(entry, placed);
    for (const placed of this.launched) track(entry, placed);
    return entry.counts;
  }

  /** An instance of this version was given a place on the agent. */
  add(version: Timestamp, agent: Agent): void {
    const placed = { version, agent };
    this.launched.push(placed);
    for (const entry of this.tracked) track(entry, placed);
  }
}

function placedAmong(instances: Iterable<Instance>): Placed[] {
  const placed: Placed[] = [];
  for (const instance of instances) {
    if (isScheduled(instance) || isLost(instance.condition)) continue;
    placed.push({ version: instance.app.version, agent: instance.agent });
  }
  return placed;
}

function track(entry: Tracked, { version, agent }: Placed): void {
  if (version < entry.notBefore) return;
  entry.counts.add(agent === undefined ? undefined : fieldValue(agent, entry.field));
}
