import { isScheduled, type Instance } from '../instances/instance.js';
import type { BackoffBook, BackoffConfig } from './backoff.js';

/** Whether a role needs offers now, and how new its newest need is. */
export interface RoleDemand {
  readonly wanted: boolean;
  /** Grows whenever an instance starts to want offers or a back-off ends; 0 when nothing ever did. */
  readonly highestVersion: number;
}

/** Waiting instances that share app, configuration and role, and so a back-off. */
interface WaitingGroup {
  readonly role: string;
  readonly config: BackoffConfig;
  /** Number of instances. */
  size: number;
  version: number;
  /** A back-off held it when it was last looked at. */
  held: boolean;
}

/**
 * Which roles want offers (`spec/scheduling.md` §2.6). Told of every instance that changes; never walks the instances. A deleted
 * instance stops counting at once [D7].
 */
export class OfferDemand {
  private readonly groups = new Set<WaitingGroup>();
  private readonly groupsByApp = new Map<string, WaitingGroup[]>();
  /** Never forgotten before the leadership changes. */
  private readonly roles = new Set<string>();
  private lastVersion = 0;

  /** An instance changed; `undefined` where it did not exist before or does not any more. */
  observe(before: Instance | undefined, after: Instance | undefined): void {
    if (after !== undefined && after.role !== before?.role) this.roles.add(after.role);
    const wanted = before !== undefined && isScheduled(before);
    const wants = after !== undefined && isScheduled(after);
    if (wanted && wants && areAlike(before, after)) return;
    if (wanted) this.leave(before);
    if (wants) this.enter(after);
  }

  /** The demand of every role ever seen. Looks once at each configuration that waits. */
  byRole(backoff: BackoffBook, nowMs: number): Map<string, RoleDemand> {
    const demand = new Map<string, { -readonly [K in keyof RoleDemand]: RoleDemand[K] }>();
    for (const role of this.roles) demand.set(role, { wanted: false, highestVersion: 0 });
    for (const group of this.groups) {
      const held = backoff.launchAllowedAt(group.config) > nowMs;
      if (group.held && !held) group.version = this.nextVersion();
      group.held = held;
      if (held) continue;
      const ofRole = demand.get(group.role)!;
      ofRole.wanted = true;
      if (group.version > ofRole.highestVersion) ofRole.highestVersion = group.version;
    }
    return demand;
  }

  /** When the next back-off of a waiting configuration ends, epoch ms; `undefined`: none is running. */
  nextReleaseAtMs(backoff: BackoffBook, nowMs: number): number | undefined {
    let next: number | undefined;
    for (const { config } of this.groups) {
      const at = backoff.launchAllowedAt(config);
      if (at > nowMs && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private enter(instance: Instance): void {
    const { app, role } = instance;
    const ofApp = this.groupsByApp.get(app.id) ?? [];
    let group = ofApp.find((known) => belongs(instance, known));
    if (group === undefined) {
      group = { role, config: app, size: 0, version: 0, held: false };
      this.groups.add(group);
      ofApp.push(group);
      this.groupsByApp.set(app.id, ofApp);
    }
    group.version = this.nextVersion();
    group.size += 1;
  }

  private leave(instance: Instance): void {
    const { id } = instance.app;
    const ofApp = this.groupsByApp.get(id) ?? [];
    const group = ofApp.find((known) => belongs(instance, known));
    if (group === undefined) return;
    group.size -= 1;
    if (group.size > 0) return;
    this.groups.delete(group);
    if (ofApp.length === 1) this.groupsByApp.delete(id);
    else ofApp.splice(ofApp.indexOf(group), 1);
  }

  private nextVersion(): number {
    this.lastVersion += 1;
    return this.lastVersion;
  }
}

/** Waits for the same as before. */
function areAlike(before: Instance, after: Instance): boolean {
  return (
    before.role === after.role &&
    before.app.versionInfo.lastConfigChangeAt === after.app.versionInfo.lastConfigChangeAt
  );
}

function belongs({ app, role }: Instance, group: WaitingGroup): boolean {
  const { id, versionInfo } = group.config;
  return (
    role === group.role &&
    app.id === id &&
    app.versionInfo.lastConfigChangeAt === versionInfo.lastConfigChangeAt
  );
}
