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
import type { Timestamp } from '../time/timestamp.js';
import { Standings, type Standing } from './standings.js';
import { Tally } from './tally.js';

const LAUNCHING: ReadonlySet<Condition> = new Set<Condition>(['Provisioned', 'Staging', 'Starting']);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * All instances with the look-ups that hot paths need, so that none of them walks the world. Every index is
 * kept in step by `put` and `remove`, the only ways in.
 */
export class InstanceIndex {
  private readonly byId = new Map<string, Instance>();
  private readonly idsByApp = new Map<string, Set<string>>();
  private readonly waitingByApp = new Map<string, Set<string>>();
  private readonly provisionedByApp = new Map<string, Set<string>>();
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

  /** Apps with instances that wait for an offer, and those instances' ids. */
  waiting(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.waitingByApp;
  }

  waitingOf(appId: string): Instance[] {
    return this.resolve(this.waitingByApp.get(appId) ?? NOTHING);
  }

  /** How many instances of an app wait for an offer or were just sent to one: its place in the launch queue. */
  queuedOf(appId: string): number {
    return (this.waitingByApp.get(appId)?.size ?? 0) + (this.provisionedByApp.get(appId)?.size ?? 0);
  }

  isQueued(appId: string): boolean {
    return this.waitingByApp.has(appId) || this.provisionedByApp.has(appId);
  }

  /** Ids of apps in the launch queue. */
  queuedAppIds(): Set<string> {
    return new Set([...this.waitingByApp.keys(), ...this.provisionedByApp.keys()]);
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
    this.remark(instance, before === undefined ? 0 : marksOf(before), marksOf(instance));
    this.recount(before, instance);
  }

  remove(id: string): void {
    const instance = this.byId.get(id);
    if (instance === undefined) return;
    this.byId.delete(id);
    removeFrom(this.idsByApp, instance.appId, id);
    this.remark(instance, marksOf(instance), 0);
    this.recount(instance, undefined);
  }

  /** Moves an instance between the indexes; most changes touch none or one of them. */
  private remark({ id, appId }: Instance, before: number, after: number): void {
    const changed = before ^ after;
    if (changed === 0) return;
    if (changed & Mark.Waiting) setMember(this.waitingByApp, appId, id, (after & Mark.Waiting) !== 0);
    if (changed & Mark.Provisioned)
      setMember(this.provisionedByApp, appId, id, (after & Mark.Provisioned) !== 0);
    if (changed & Mark.ToKill) setMembership(this.toKill, id, (after & Mark.ToKill) !== 0);
    if (changed & Mark.Unreachable) setMembership(this.unreachable, id, (after & Mark.Unreachable) !== 0);
    if (changed & Mark.Launching) setMembership(this.launching, id, (after & Mark.Launching) !== 0);
    if (changed & Mark.Probed) setMembership(this.probed, id, (after & Mark.Probed) !== 0);
  }

  private recount(before: Instance | undefined, after: Instance | undefined): void {
    this.standings.change(before, after);
    const left = rolloutOf(before);
    const joined = rolloutOf(after);
    if (left === joined) return;
    if (joined !== undefined) this.unreadyByRollout.add(joined, 1);
    if (left !== undefined) this.unreadyByRollout.add(left, -1);
  }

  private resolve(ids: ReadonlySet<string>): Instance[] {
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

/** No part contains a space. */
const rolloutKey = (appId: string, deploymentId: string): string => `${deploymentId} ${appId}`;

/** The rollout that an instance keeps waiting, if it does. */
function rolloutOf(instance: Instance | undefined): string | undefined {
  if (instance?.deploymentId === undefined || !isCounted(instance) || isGood(instance)) return undefined;
  return rolloutKey(instance.appId, instance.deploymentId);
}

function setMember(index: Map<string, Set<string>>, appId: string, id: string, member: boolean): void {
  if (member) addTo(index, appId, id);
  else removeFrom(index, appId, id);
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
