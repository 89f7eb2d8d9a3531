import type { WaitingGroup, WaitingIndex } from '../state/waiting-index.js';
import type { BackoffBook } from './backoff.js';

/** Whether a role needs offers now, and how new its newest need is. */
export interface RoleDemand {
  readonly wanted: boolean;
  /** Grows whenever an instance starts to want offers or a back-off ends; 0 when nothing ever did. */
  readonly highestVersion: number;
}

/**
 * Which roles want offers (`spec/scheduling.md` §2.6). Looks at each version that waits, never at its instances. A deleted
 * instance stops counting at once [D7].
 */
export class OfferDemand {
  /** Never forgotten before the leadership changes. */
  private readonly roles = new Set<string>();
  /** Versions that a back-off held when they were last looked at. */
  private held = new Set<WaitingGroup>();

  constructor(private readonly backoff: BackoffBook) {}

  /** An instance has this role, or had it. */
  learnRole(role: string): void {
    this.roles.add(role);
  }

  /** The demand of every role ever seen. */
  byRole(waiting: WaitingIndex, nowMs: number): Map<string, RoleDemand> {
    const demand = new Map<string, RoleDemand>();
    for (const role of this.roles) demand.set(role, { wanted: false, highestVersion: 0 });
    const heldBefore = this.held;
    this.held = new Set();
    for (const [role, apps] of waiting.roles()) {
      let highestVersion = 0;
      for (const { groups } of apps) {
        for (const group of groups) {
          if (this.isHeld(group, nowMs)) continue;
          if (heldBefore.has(group)) waiting.renew(group);
          highestVersion = Math.max(highestVersion, group.newest);
        }
      }
      demand.set(role, { wanted: highestVersion > 0, highestVersion });
    }
    return demand;
  }

  /** When the next back-off of a waiting configuration ends, epoch ms; `undefined`: none is running. */
  nextReleaseAtMs(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const { app } of this.held) {
      const at = this.backoff.launchAllowedAt(app);
      if (at > nowMs && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  private isHeld(group: WaitingGroup, nowMs: number): boolean {
    const held = this.backoff.launchAllowedAt(group.app) > nowMs;
    if (held) this.held.add(group);
    return held;
  }
}
