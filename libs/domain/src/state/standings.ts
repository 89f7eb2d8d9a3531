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

interface AppCounts {
  readonly total: Count;
  readonly byVersion: Map<Timestamp, Count>;
}

const nobody = (): Count => ({ counted: 0, wanted: 0, healthy: 0, good: 0, absent: 0, dying: 0 });
const NOBODY: Standing = nobody();

/** The standing of every app, in all and by the version its instances run. */
export class Standings {
  private readonly byApp = new Map<string, AppCounts>();

  ofApp(appId: string): Standing {
    return this.byApp.get(appId)?.total ?? NOBODY;
  }

  ofVersion(appId: string, version: Timestamp): Standing {
    return this.byApp.get(appId)?.byVersion.get(version) ?? NOBODY;
  }

  /** The versions of an app that have instances, those apart that are neither meant to run nor on their way out. */
  versionsOf(appId: string): Iterable<Timestamp> {
    return this.byApp.get(appId)?.byVersion.keys() ?? [];
  }

  /** An instance stands differently; `undefined` where it did not exist before or does not any more. */
  change(before: Instance | undefined, after: Instance | undefined): void {
    if (before !== undefined && after !== undefined && standsAlike(before, after)) return;
    // The newcomer first: counts that would be nobody's for a moment are not thrown away.
    if (after !== undefined) this.add(after, 1);
    if (before !== undefined) this.add(before, -1);
  }

  private add(instance: Instance, by: 1 | -1): void {
    const { appId, app } = instance;
    const counts = this.countsOf(appId);
    const ofVersion = counts.byVersion.get(app.version) ?? nobody();
    addTo(counts.total, instance, by);
    addTo(ofVersion, instance, by);
    if (isNobody(ofVersion)) counts.byVersion.delete(app.version);
    else counts.byVersion.set(app.version, ofVersion);
    if (counts.byVersion.size === 0) this.byApp.delete(appId);
  }

  private countsOf(appId: string): AppCounts {
    let counts = this.byApp.get(appId);
    if (counts === undefined) {
      counts = { total: nobody(), byVersion: new Map() };
      this.byApp.set(appId, counts);
    }
    return counts;
  }
}

/** Whether one counts exactly as the other does. */
function standsAlike(a: Instance, b: Instance): boolean {
  return (
    a.goal === b.goal &&
    (a.condition === b.condition || (a.goal === 'Running' && isAbsent(a) && isAbsent(b))) &&
    isCounted(a) === isCounted(b) &&
    isHealthy(a) === isHealthy(b) &&
    isGood(a) === isGood(b) &&
    a.app.version === b.app.version &&
    a.appId === b.appId
  );
}

function addTo(count: Count, instance: Instance, by: 1 | -1): void {
  if (isDying(instance)) count.dying += by;
  if (instance.goal !== 'Running') return;
  count.wanted += by;
  if (isCounted(instance)) count.counted += by;
  if (isAbsent(instance)) count.absent += by;
  if (isHealthy(instance)) count.healthy += by;
  if (isGood(instance)) count.good += by;
}

const isNobody = ({ wanted, dying }: Count): boolean => wanted === 0 && dying === 0;
