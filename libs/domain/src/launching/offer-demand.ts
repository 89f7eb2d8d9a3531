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
  readonly key: string;
  readonly role: string;
  readonly config: BackoffConfig;
  readonly instanceIds: Set<string>;
  version: number;
  /** A back-off held it when it was last looked at. */
  held: boolean;
}

/**
 * Which roles want offers (`spec/scheduling.md` §2.6). Told of every instance that changes; never walks the instances. A deleted
 * instance stops counting at once [D7].
 */
export class OfferDemand {
  private readonly groups = new Map<string, WaitingGroup>();
  private readonly groupOfInstance = new Map<string, WaitingGroup>();
  /** Never forgotten before the leadership changes. */
  private readonly roles = new Set<string>();
  private lastVersion = 0;

  /** An instance is as given now; `undefined`: it is gone. */
  observe(instanceId: string, instance: Instance | undefined): void {
    if (instance !== undefined) this.roles.add(instance.role);
    const wanted = instance !== undefined && isScheduled(instance) ? instance : undefined;
    const before = this.groupOfInstance.get(instanceId);
    const key = wanted === undefined ? undefined : keyOf(wanted);
    if (before?.key === key) return;
    if (before !== undefined) this.leave(before, instanceId);
    if (wanted !== undefined) this.enter(instanceId, wanted);
  }

  /** The demand of every role ever seen. Looks once at each configuration that waits. */
  byRole(backoff: BackoffBook, nowMs: number): Map<string, RoleDemand> {
    const demand = new Map<string, RoleDemand>();
    for (const role of this.roles) demand.set(role, { wanted: false, highestVersion: 0 });
    for (const group of this.groups.values()) {
      const held = backoff.launchAllowedAt(group.config) > nowMs;
      if (group.held && !held) group.version = this.nextVersion();
      group.held = held;
      if (held) continue;
      const { highestVersion } = demand.get(group.role)!;
      demand.set(group.role, { wanted: true, highestVersion: Math.max(highestVersion, group.version) });
    }
    return demand;
  }

  /** When the next back-off of a waiting configuration ends, epoch ms; `undefined`: none is running. */
  nextReleaseAtMs(backoff: BackoffBook, nowMs: number): number | undefined {
    let next: number | undefined;
    for (const { config } of this.groups.values()) {
      const at = backoff.launchAllowedAt(config);
      if (at > nowMs && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private enter(instanceId: string, instance: Instance): void {
    const key = keyOf(instance);
    let group = this.groups.get(key);
    if (group === undefined) {
      const { app, role } = instance;
      group = { key, role, config: app, instanceIds: new Set(), version: 0, held: false };
      this.groups.set(key, group);
    }
    group.version = this.nextVersion();
    group.instanceIds.add(instanceId);
    this.groupOfInstance.set(instanceId, group);
  }

  private leave(group: WaitingGroup, instanceId: string): void {
    this.groupOfInstance.delete(instanceId);
    group.instanceIds.delete(instanceId);
    if (group.instanceIds.size === 0) this.groups.delete(group.key);
  }

  private nextVersion(): number {
    this.lastVersion += 1;
    return this.lastVersion;
  }
}

/** No part contains a space. */
function keyOf({ app, role }: Instance): string {
  return `${app.id} ${app.versionInfo.lastConfigChangeAt} ${role}`;
}
