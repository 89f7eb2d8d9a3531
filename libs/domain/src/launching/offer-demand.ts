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
  private readonly groupsByApp = new Map<string, WaitingGroup[]>();
  private readonly groupOfInstance = new Map<string, WaitingGroup>();
  /** Never forgotten before the leadership changes. */
  private readonly roles = new Set<string>();
  private lastVersion = 0;

  /** An instance is as given now; `undefined`: it is gone. */
  observe(instanceId: string, instance: Instance | undefined): void {
    if (instance !== undefined) this.roles.add(instance.role);
    const wanted = instance !== undefined && isScheduled(instance) ? instance : undefined;
    const before = this.groupOfInstance.get(instanceId);
    if (wanted === undefined && before === undefined) return;
    if (wanted !== undefined && before !== undefined && belongs(wanted, before)) return;
    if (before !== undefined) this.leave(before, instanceId);
    if (wanted !== undefined) this.enter(instanceId, wanted);
  }

  /** The demand of every role ever seen. Looks once at each configuration that waits. */
  byRole(backoff: BackoffBook, nowMs: number): Map<string, RoleDemand> {
    const demand = new Map<string, RoleDemand>();
    for (const role of this.roles) demand.set(role, { wanted: false, highestVersion: 0 });
    for (const group of this.groups()) {
      const held = backoff.launchAllowedAt(group.config) > nowMs;
      if (group.held && !held) group.version = this.nextVersion();
      group.held = held;
      if (held) continue;
      const { wanted, highestVersion } = demand.get(group.role)!;
      if (wanted && group.version <= highestVersion) continue;
      demand.set(group.role, { wanted: true, highestVersion: group.version });
    }
    return demand;
  }

  /** When the next back-off of a waiting configuration ends, epoch ms; `undefined`: none is running. */
  nextReleaseAtMs(backoff: BackoffBook, nowMs: number): number | undefined {
    let next: number | undefined;
    for (const { config } of this.groups()) {
      const at = backoff.launchAllowedAt(config);
      if (at > nowMs && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private *groups(): Iterable<WaitingGroup> {
    for (const groups of this.groupsByApp.values()) yield* groups;
  }

  private enter(instanceId: string, instance: Instance): void {
    const { app, role } = instance;
    const ofApp = this.groupsByApp.get(app.id) ?? [];
    let group = ofApp.find((known) => belongs(instance, known));
    if (group === undefined) {
      group = { role, config: app, size: 0, version: 0, held: false };
      ofApp.push(group);
      this.groupsByApp.set(app.id, ofApp);
    }
    group.version = this.nextVersion();
    group.size += 1;
    this.groupOfInstance.set(instanceId, group);
  }

  private leave(group: WaitingGroup, instanceId: string): void {
    this.groupOfInstance.delete(instanceId);
    group.size -= 1;
    if (group.size > 0) return;
    const appId = group.config.id;
    const others = this.groupsByApp.get(appId)!.filter((other) => other !== group);
    if (others.length === 0) this.groupsByApp.delete(appId);
    else this.groupsByApp.set(appId, others);
  }

  private nextVersion(): number {
    this.lastVersion += 1;
    return this.lastVersion;
  }
}

function belongs({ app, role }: Instance, group: WaitingGroup): boolean {
  const { id, versionInfo } = group.config;
  return (
    role === group.role &&
    app.id === id &&
    app.versionInfo.lastConfigChangeAt === versionInfo.lastConfigChangeAt
  );
}
