import type { Condition } from '../instances/condition.js';
import { isRunByEkiden } from '../instances/health/judge-result.js';
import {
  isCounted,
  isGood,
  isProvisioned,
  isScheduled,
  mustBeKilled,
  type Instance,
} from '../instances/instance.js';
import { Placements } from '../launching/matching/placements.js';
import type { Timestamp } from '../time/timestamp.js';
import { Standings, type Standing } from './standings.js';
import { Tally } from './tally.js';
import { WaitingIndex } from './waiting-index.js';

const LAUNCHING: ReadonlySet<Condition> = new Set<Condition>(['Provisioned', 'Staging', 'Starting']);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * All instances with the look-ups that hot paths need, so that none of them walks the world. Every index is
 * kept in step by `put` and `remove`, the only ways in.
 */
export class InstanceIndex {
  private readonly byId = new Map<string, Instance>();
  private readonly idsByApp = new Map<string, Set<string>>();
  /** Instances that wait for an offer. */
  readonly waiting = new WaitingIndex();
  /** What constraints compare with. */
  readonly placements = new Placements((appId) => this.of(appId));
  /** Instances by app that were sent to an agent which has not said a word yet. */
  private readonly provisioned = new Tally();
  private readonly standings = new Standings();
  private readonly unreadyByRollout = new Tally();
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
    return this.idsByApp.keys();
  }

  idsOf(appId: string): ReadonlySet<string> {
    return this.idsByApp.get(appId) ?? NOTHING;
  }

  /** The instances of an app in the order in which they came into being. */
  of(appId: string): Instance[] {
    return this.resolve(this.idsOf(appId));
  }

  /** How many instances of an app stand where. */
  standingOf(appId: string): Standing {
    return this.standings.ofApp(appId);
  }

  /** The same for those that run one version of it. */
  standingOfVersion(appId: string, version: Timestamp): Standing {
    return this.standings.ofVersion(appId, version);
  }

  /** The versions of an app that have instances which are meant to run, or are on their way out. */
  versionsOf(appId: string): Iterable<Timestamp> {
    return this.standings.versionsOf(appId);
  }

  /** How many instances that a deployment asked for do not serve yet, among those that count. */
  unreadyOf(appId: string, deploymentId: string): number {
    return this.unreadyByRollout.of(rolloutKey(appId, deploymentId));
  }

  waitingOf(appId: string): Instance[] {
    return this.resolve(this.waiting.idsOf(appId));
  }

  /** How many instances of an app wait for an offer or were just sent to one: its place in the launch queue. */
  queuedOf(appId: string): number {
    return this.waiting.countOf(appId) + this.provisioned.of(appId);
  }

  isQueued(appId: string): boolean {
    return this.waiting.has(appId) || this.provisioned.of(appId) > 0;
  }

  /** Ids of apps in the launch queue. */
  queuedAppIds(): Set<string> {
    return new Set([...this.waiting.appIds(), ...this.provisioned.keys()]);
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
    if (before === undefined) addTo(this.idsByApp, appId, id);
    this.change(before, instance);
  }

  remove(id: string): void {
    const instance = this.byId.get(id);
    if (instance === undefined) return;
    this.byId.delete(id);
    removeFrom(this.idsByApp, instance.appId, id);
    this.change(instance, undefined);
    if (!this.idsByApp.has(instance.appId)) this.placements.forget(instance.appId);
  }

  /** Brings every index up to date; most changes touch few of them. */
  private change(before: Instance | undefined, after: Instance | undefined): void {
    const { id, appId } = (after ?? before)!;
    const marked = before === undefined ? 0 : marksOf(before);
    const marks = after === undefined ? 0 : marksOf(after);
    this.remark(id, appId, { before: marked, after: marks });
    if (marked & Mark.Waiting && !(marks & Mark.Waiting && isSameGroup(before!, after!))) {
      this.waiting.remove(before!);
      if (marks & Mark.Waiting) this.waiting.add(after!);
    } else if (marks & Mark.Waiting && !(marked & Mark.Waiting)) this.waiting.add(after!);
    this.placements.change(before, after);
    this.recount(before, after);
  }

  private remark(id: string, appId: string, { before, after }: { before: number; after: number }): void {
    const changed = before ^ after;
    if (changed === 0) return;
    if (changed & Mark.Provisioned) this.provisioned.add(appId, (after & Mark.Provisioned) !== 0 ? 1 : -1);
    if (changed & Mark.ToKill) setMembership(this.toKill, id, (after & Mark.ToKill) !== 0);
    if (changed & Mark.Unreachable) setMembership(this.unreachable, id, (after & Mark.Unreachable) !== 0);
    if (changed & Mark.Launching) setMembership(this.launching, id, (after & Mark.Launching) !== 0);
    if (changed & Mark.Probed) setMembership(this.probed, id, (after & Mark.Probed) !== 0);
  }

  private recount(before: Instance | undefined, after: Instance | undefined): void {
    this.standings.change(before, after);
    const left = keepsWaiting(before);
    const joins = keepsWaiting(after);
    if (left && joins && before!.deploymentId === after!.deploymentId) return;
    if (joins) this.unreadyByRollout.add(rolloutKey(after!.appId, after!.deploymentId!), 1);
    if (left) this.unreadyByRollout.add(rolloutKey(before!.appId, before!.deploymentId!), -1);
  }

  private resolve(ids: Iterable<string>): Instance[] {
    const found: Instance[] = [];
    for (const id of ids) {
      const instance = this.byId.get(id);
      if (instance !== undefined) found.push(instance);
    }
    return found;
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

/** Waits in the same place as before. */
const isSameGroup = (before: Instance, after: Instance): boolean =>
  before.app.version === after.app.version && before.role === after.role;

/** No part contains a space. */
const rolloutKey = (appId: string, deploymentId: string): string => `${deploymentId} ${appId}`;

/** Whether a rollout waits for the instance. */
function keepsWaiting(instance: Instance | undefined): boolean {
  return instance?.deploymentId !== undefined && isCounted(instance) && !isGood(instance);
}

function setMembership(set: Set<string>, id: string, member: boolean): void {
  if (member) set.add(id);
  else set.delete(id);
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function removeFrom(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) return;
  ids.delete(id);
  if (ids.size === 0) index.delete(key);
}
