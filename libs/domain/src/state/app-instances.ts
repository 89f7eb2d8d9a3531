import { isCounted, isGood, type Instance } from '../instances/instance.js';
import { Placements } from '../launching/matching/placements.js';
import type { ValueCounts } from '../launching/matching/value-counts.js';
import type { Timestamp } from '../time/timestamp.js';
import { Standings } from './standings.js';
import { Tally } from './tally.js';
import type { WaitingOfApp } from './waiting-index.js';

/** What is known of the instances of one app as a whole; kept in step with them. */
export class AppInstances {
  /** In the order in which they came into being. */
  readonly ids = new Set<string>();
  readonly standings = new Standings();
  /** Those that wait for an offer; kept by `WaitingIndex`. */
  readonly waiting: WaitingOfApp = [];
  /** How many wait for an offer or were just sent to one. */
  queued = 0;
  /** How many do not serve yet, by the deployment that asked for them. */
  private readonly unready = new Tally();
  /** Made when a constraint first asks. */
  private placements: Placements | undefined;

  /** `instances`: all of the app. */
  constructor(private readonly instances: () => Iterable<Instance>) {}

  /** What constraints compare with: see `Placements`. */
  placedOf(field: string, notBefore: Timestamp): ValueCounts {
    this.placements ??= new Placements(this.instances);
    return this.placements.countsOf(field, notBefore);
  }

  /** How many that a deployment asked for do not serve yet, among those that count. */
  unreadyOf(deploymentId: string): number {
    return this.unready.of(deploymentId);
  }

  /** An instance changed; `undefined` where it did not exist before or does not any more. */
  change(before: Instance | undefined, after: Instance | undefined): void {
    this.placements?.change(before, after);
    this.standings.change(before, after);
    const left = keptWaitingBy(before);
    const joined = keptWaitingBy(after);
    if (left === joined) return;
    if (joined !== undefined) this.unready.add(joined, 1);
    if (left !== undefined) this.unready.add(left, -1);
  }
}

/** The deployment that waits for the instance, if one does. */
function keptWaitingBy(instance: Instance | undefined): string | undefined {
  if (instance === undefined || !isCounted(instance) || isGood(instance)) return undefined;
  return instance.deploymentId;
}
