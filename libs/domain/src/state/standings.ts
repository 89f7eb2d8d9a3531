import { isAbsent, isCounted, isDying, isGood, isHealthy, type Instance } from '../instances/instance.js';
import type { Timestamp } from '../time/timestamp.js';

/** How many instances stand where, so that a deployment need not look at each of them after every status. */
export interface Standing {
  /** Count toward the wanted number: R of `spec/scheduling.md` §7.6. */
  readonly counted: number;
  /** Goal Running; those below but `dying` are among them. */
  readonly wanted: number;
  /** Healthy, whether or not they are ready. */
  readonly healthy: number;
  /** Healthy and ready. */
  readonly good: number;
  /** Have no live task: they wait for an offer, have ended, or are out of sight. */
  readonly absent: number;
  /** On their way out and not gone yet. */
  readonly dying: number;
}

type Count = { -readonly [K in keyof Standing]: number };

interface VersionCount {
  readonly version: Timestamp;
  readonly count: Count;
}

const nobody = (): Count => ({ counted: 0, wanted: 0, healthy: 0, good: 0, absent: 0, dying: 0 });
export const NOBODY: Standing = nobody();

/** The standing of one app, in all and by the version its instances run. */
export class Standings {
  private readonly all = nobody();
  /** Hardly ever more than two. */
  private readonly ofVersions: VersionCount[] = [];

  get total(): Standing {
    return this.all;
  }

  ofVersion(version: Timestamp): Standing {
    return this.find(version)?.count ?? NOBODY;
  }

  /** The versions that have instances, those apart that are neither meant to run nor on their way out. */
  get versions(): Iterable<Timestamp> {
    return this.ofVersions.map(({ version }) => version);
  }

  /** An instance stands differently; `undefined` where it did not exist before or does not any more. */
  change(before: Instance | undefined, after: Instance | undefined): void {
    const left = before === undefined ? 0 : marksOf(before);
    const joined = after === undefined ? 0 : marksOf(after);
    const sameVersion = before?.app.version === after?.app.version;
    if (left === joined && sameVersion) return;
    move(this.all, left, joined);
    if (sameVersion) return this.moveIn(after!.app.version, left, joined);
    if (after !== undefined) this.moveIn(after.app.version, 0, joined);
    if (before !== undefined) this.moveIn(before.app.version, left, 0);
  }

  private moveIn(version: Timestamp, left: number, joined: number): void {
    let entry = this.find(version);
    if (entry === undefined) this.ofVersions.push((entry = { version, count: nobody() }));
    const { count } = entry;
    move(count, left, joined);
    if (count.wanted === 0 && count.dying === 0) this.ofVersions.splice(this.ofVersions.indexOf(entry), 1);
  }

  private find(version: Timestamp): VersionCount | undefined {
    for (const entry of this.ofVersions) if (entry.version === version) return entry;
    return undefined;
  }
}

/** What an instance counts as. */
const Mark = { Counted: 1, Wanted: 2, Healthy: 4, Good: 8, Absent: 16, Dying: 32 } as const;

function marksOf(instance: Instance): number {
  if (instance.goal !== 'Running') return isDying(instance) ? Mark.Dying : 0;
  return (
    Mark.Wanted |
    (isCounted(instance) ? Mark.Counted : 0) |
    (isAbsent(instance) ? Mark.Absent : 0) |
    (isHealthy(instance) ? Mark.Healthy : 0) |
    (isGood(instance) ? Mark.Good : 0)
  );
}

/** An instance counted as `left` before and counts as `joined` now. */
function move(count: Count, left: number, joined: number): void {
  count.counted += has(joined, Mark.Counted) - has(left, Mark.Counted);
  count.wanted += has(joined, Mark.Wanted) - has(left, Mark.Wanted);
  count.healthy += has(joined, Mark.Healthy) - has(left, Mark.Healthy);
  count.good += has(joined, Mark.Good) - has(left, Mark.Good);
  count.absent += has(joined, Mark.Absent) - has(left, Mark.Absent);
  count.dying += has(joined, Mark.Dying) - has(left, Mark.Dying);
}

const has = (marks: number, mark: number): 0 | 1 => ((marks & mark) === 0 ? 0 : 1);
