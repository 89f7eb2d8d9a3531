import type { Condition } from '../instances/condition.js';
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

  put(instance: Instance): void {
    this.count(this.byId.get(instance.id), -1);
    this.byId.set(instance.id, instance);
    this.count(instance, 1);
    addTo(this.idsByApp, instance.appId, instance.id);
    if (isScheduled(instance)) addTo(this.waitingByApp, instance.appId, instance.id);
    else removeFrom(this.waitingByApp, instance.appId, instance.id);
    if (isProvisioned(instance)) addTo(this.provisionedByApp, instance.appId, instance.id);
    else removeFrom(this.provisionedByApp, instance.appId, instance.id);
    setMembership(this.toKill, instance.id, mustBeKilled(instance));
    setMembership(
      this.unreachable,
      instance.id,
      instance.condition === 'Unreachable' || instance.condition === 'UnreachableInactive',
    );
    setMembership(this.launching, instance.id, LAUNCHING.has(instance.condition));
  }

  remove(id: string): void {
    const instance = this.byId.get(id);
    if (instance === undefined) return;
    this.byId.delete(id);
    this.count(instance, -1);
    removeFrom(this.idsByApp, instance.appId, id);
    removeFrom(this.waitingByApp, instance.appId, id);
    removeFrom(this.provisionedByApp, instance.appId, id);
    this.toKill.delete(id);
    this.unreachable.delete(id);
    this.launching.delete(id);
  }

  private count(instance: Instance | undefined, by: 1 | -1): void {
    if (instance === undefined) return;
    const { appId, deploymentId } = instance;
    this.standings.add(instance, by);
    if (deploymentId !== undefined && isCounted(instance) && !isGood(instance)) {
      this.unreadyByRollout.add(rolloutKey(appId, deploymentId), by);
    }
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

/** No part contains a space. */
const rolloutKey = (appId: string, deploymentId: string): string => `${deploymentId} ${appId}`;

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
