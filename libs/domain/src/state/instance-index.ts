import type { Condition } from '../instances/condition.js';
import { isRunByEkiden } from '../instances/health/judge-result.js';
import { isProvisioned, isScheduled, mustBeKilled, type Instance } from '../instances/instance.js';
import { ValueCounts } from '../launching/matching/value-counts.js';
import type { Timestamp } from '../time/timestamp.js';
import { AppInstances } from './app-instances.js';
import { NOBODY, type Standing } from './standings.js';
import { WaitingIndex } from './waiting-index.js';

const LAUNCHING: ReadonlySet<Condition> = new Set<Condition>(['Provisioned', 'Staging', 'Starting']);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * All instances with the look-ups that hot paths need, so that none of them walks the world. Every index is
 * kept in step by `put` and `remove`, the only ways in.
 */
export class InstanceIndex {
  private readonly byId = new Map<string, Instance>();
  private readonly byApp = new Map<string, AppInstances>();
  /** Instances that wait for an offer. */
  readonly waiting = new WaitingIndex();
  /** Ids of apps with instances that wait for an offer or were just sent to one. */
  private readonly queued = new Set<string>();
  private readonly toKill = new Set<string>();
  private readonly unreachable = new Set<string>();
  private readonly launching = new Set<string>();
  private readonly probed = new Set<string>();

  get size(): number {
    return this.byId.size;
  }

  get(id: string): Instance | undefined {
    return this.byId.get(id);
  }

  values(): IterableIterator<Instance> {
    return this.byId.values();
  }

  /** Ids of apps that have instances, stored or just being removed. */
  appIds(): IterableIterator<string> {
    return this.byApp.keys();
  }

  idsOf(appId: string): ReadonlySet<string> {
    return this.byApp.get(appId)?.ids ?? NOTHING;
  }

  /** The instances of an app in the order in which they came into being. */
  of(appId: string): Instance[] {
    const found: Instance[] = [];
    for (const id of this.idsOf(appId)) found.push(this.byId.get(id)!);
    return found;
  }

  /** How many instances of an app stand where. */
  standingOf(appId: string): Standing {
    return this.byApp.get(appId)?.standings.total ?? NOBODY;
  }

  /** The same for those that run one version of it. */
  standingOfVersion(appId: string, version: Timestamp): Standing {
    return this.byApp.get(appId)?.standings.ofVersion(version) ?? NOBODY;
  }

  /** The versions of an app that have instances which are meant to run, or are on their way out. */
  versionsOf(appId: string): Iterable<Timestamp> {
    return this.byApp.get(appId)?.standings.versions ?? [];
  }

  /** How many instances that a deployment asked for do not serve yet, among those that count. */
  unreadyOf(appId: string, deploymentId: string): number {
    return this.byApp.get(appId)?.unreadyOf(deploymentId) ?? 0;
  }

  /** What constraints compare with: see `Placements`. */
  placedOf(appId: string, field: string, notBefore: Timestamp): ValueCounts {
    return this.byApp.get(appId)?.placedOf(field, notBefore) ?? new ValueCounts();
  }

  waitingOf(appId: string): readonly Instance[] {
    const waiting = this.byApp.get(appId)?.waiting ?? [];
    return waiting.flatMap(({ groups }) => groups.flatMap((group) => [...group.values()]));
  }

  /** Instances of the app wait for an offer or were just sent to one. */
  isQueued(appId: string): boolean {
    return this.queued.has(appId);
  }

  /** Ids of apps in the launch queue. */
  queuedAppIds(): ReadonlySet<string> {
    return this.queued;
  }

  /** Ids of instances with a live task that must end. */
  idsToKill(): ReadonlySet<string> {
    return this.toKill;
  }

  /** Ids of instances whose task is out of sight. */
  unreachableIds(): ReadonlySet<string> {
    return this.unreachable;
  }

  /** Ids of instances whose task was sent but does not run yet. */
  launchingIds(): ReadonlySet<string> {
    return this.launching;
  }

  /** Ids of running instances whose health Ekiden itself checks. */
  probedIds(): ReadonlySet<string> {
    return this.probed;
  }

  put(instance: Instance): void {
    const { id, appId } = instance;
    const before = this.byId.get(id);
    this.byId.set(id, instance);
    let ofApp = this.byApp.get(appId);
    if (ofApp === undefined) this.byApp.set(appId, (ofApp = new AppInstances(() => this.of(appId))));
    if (before === undefined) ofApp.ids.add(id);
    this.change(ofApp, before, instance);
  }

  remove(id: string): void {
    const instance = this.byId.get(id);
    if (instance === undefined) return;
    const ofApp = this.byApp.get(instance.appId)!;
    this.byId.delete(id);
    ofApp.ids.delete(id);
    this.change(ofApp, instance, undefined);
    if (ofApp.ids.size === 0) this.byApp.delete(instance.appId);
  }

  /** Brings every index up to date; most changes touch few of them. */
  private change(ofApp: AppInstances, before: Instance | undefined, after: Instance | undefined): void {
    const marked = before === undefined ? 0 : marksOf(before);
    const marks = after === undefined ? 0 : marksOf(after);
    if (marks & marked & Mark.Waiting) this.waiting.replace(ofApp.waiting, before!, after!);
    else if (marks & Mark.Waiting) this.waiting.add(ofApp.waiting, after!);
    else if (marked & Mark.Waiting) this.waiting.remove(ofApp.waiting, before!);
    this.remark((after ?? before)!, marked ^ marks, marks);
    this.requeue(ofApp, (after ?? before)!.appId, isInQueue(marks) - isInQueue(marked));
    ofApp.change(before, after);
  }

  private remark({ id }: Instance, changed: number, marks: number): void {
    if (changed & Mark.ToKill) setMembership(this.toKill, id, (marks & Mark.ToKill) !== 0);
    if (changed & Mark.Unreachable) setMembership(this.unreachable, id, (marks & Mark.Unreachable) !== 0);
    if (changed & Mark.Launching) setMembership(this.launching, id, (marks & Mark.Launching) !== 0);
    if (changed & Mark.Probed) setMembership(this.probed, id, (marks & Mark.Probed) !== 0);
  }

  private requeue(ofApp: AppInstances, appId: string, by: number): void {
    if (by === 0) return;
    ofApp.queued += by;
    if (ofApp.queued === 0) this.queued.delete(appId);
    else if (ofApp.queued === by) this.queued.add(appId);
  }
}

/** The indexes an instance can be in. */
const Mark = { Waiting: 1, Provisioned: 2, ToKill: 4, Unreachable: 8, Launching: 16, Probed: 32 } as const;

function marksOf(instance: Instance): number {
  const { condition } = instance;
  return (
    (isScheduled(instance) ? Mark.Waiting : 0) |
    (isProvisioned(instance) ? Mark.Provisioned : 0) |
    (mustBeKilled(instance) ? Mark.ToKill : 0) |
    (condition === 'Unreachable' || condition === 'UnreachableInactive' ? Mark.Unreachable : 0) |
    (LAUNCHING.has(condition) ? Mark.Launching : 0) |
    (condition === 'Running' && instance.app.healthChecks.some(isRunByEkiden) ? Mark.Probed : 0)
  );
}

const isInQueue = (marks: number): number => ((marks & (Mark.Waiting | Mark.Provisioned)) === 0 ? 0 : 1);

function setMembership(set: Set<string>, id: string, member: boolean): void {
  if (member) set.add(id);
  else set.delete(id);
}
