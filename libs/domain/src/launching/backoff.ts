import type { AppDefinition } from '../definitions/app/app-definition.js';

/** The part of a definition that delays depend on. */
export type BackoffConfig = Pick<
  AppDefinition,
  'id' | 'versionInfo' | 'backoffSeconds' | 'backoffFactor' | 'maxLaunchDelaySeconds'
>;

/** A running delay: launches are allowed from `referenceMs + delayMs` on. */
export interface LaunchDelay {
  /** Epoch ms. */
  readonly referenceMs: number;
  readonly delayMs: number;
  /** Epoch ms. */
  readonly launchAllowedAtMs: number;
}

/** How the queue shows a delay (`spec/scheduling.md` §2.7). */
export interface QueueDelay {
  readonly timeLeftSeconds: number;
  readonly overdue: boolean;
}

interface Entry {
  referenceMs: number;
  delayMs: number;
  maxDelayMs: number;
}

/**
 * Launch delays after failures (`spec/scheduling.md` §2.3). One delay per config reference – app id and time of the last
 * configuration change –, so that scaling keeps it and a new configuration starts afresh. Lives in memory only: a new
 * leader starts without delays.
 */
export class BackoffBook {
  private readonly byApp = new Map<string, Map<string, Entry>>();

  /** Finished, Failed, Error, Dropped or Gone: the delay starts or grows, and runs from `nowMs` (epoch ms). */
  recordFailure(app: BackoffConfig, nowMs: number): void {
    const maxDelayMs = app.maxLaunchDelaySeconds * 1000;
    const entry = this.find(app);
    const delayMs = entry === undefined ? app.backoffSeconds * 1000 : entry.delayMs * app.backoffFactor;
    this.put(app, { referenceMs: nowMs, delayMs: Math.min(delayMs, maxDelayMs), maxDelayMs });
  }

  /** Provisioned, Staging, Starting or Running: a delay that exists runs anew, which spaces further launches. */
  rebase(app: BackoffConfig, nowMs: number): void {
    const entry = this.find(app);
    if (entry !== undefined) entry.referenceMs = nowMs;
  }

  /** Draining of the agent ended the task: this configuration may launch at once. */
  reset(app: BackoffConfig): void {
    const delays = this.byApp.get(app.id);
    if (delays?.delete(app.versionInfo.lastConfigChangeAt) === true && delays.size === 0)
      this.byApp.delete(app.id);
  }

  /** Rolling replacement, stop or a request of a user: no configuration of the app is delayed any longer. */
  resetAll(appId: string): void {
    this.byApp.delete(appId);
  }

  /** Forgets delays that have aged out; due every 10 s. Returns the ids of the apps concerned. */
  purge(nowMs: number): string[] {
    const released: string[] = [];
    for (const [appId, delays] of this.byApp) {
      const before = delays.size;
      for (const [version, entry] of delays) {
        if (nowMs > entry.referenceMs + entry.maxDelayMs) delays.delete(version);
      }
      if (delays.size < before) released.push(appId);
      if (delays.size === 0) this.byApp.delete(appId);
    }
    return released;
  }

  /** The delay of this configuration, `undefined` when there is none. It may have run out already. */
  delayOf(app: BackoffConfig): LaunchDelay | undefined {
    const entry = this.find(app);
    if (entry === undefined) return undefined;
    const { referenceMs, delayMs } = entry;
    return { referenceMs, delayMs, launchAllowedAtMs: referenceMs + delayMs };
  }

  /** From when on the app may launch, epoch ms; 0 when nothing delays it. */
  launchAllowedAt(app: BackoffConfig): number {
    const entry = this.find(app);
    return entry === undefined ? 0 : entry.referenceMs + entry.delayMs;
  }

  /** Whole seconds left; overdue without a delay or a full second past it. */
  queueDelayOf(app: BackoffConfig, nowMs: number): QueueDelay {
    const entry = this.find(app);
    if (entry === undefined) return { timeLeftSeconds: 0, overdue: true };
    const leftMs = entry.referenceMs + entry.delayMs - nowMs;
    return { timeLeftSeconds: Math.max(0, Math.floor(leftMs / 1000)), overdue: leftMs <= -1000 };
  }

  private find(app: BackoffConfig): Entry | undefined {
    // Hardly ever is anything delayed, and this is asked for every launch.
    if (this.byApp.size === 0) return undefined;
    return this.byApp.get(app.id)?.get(app.versionInfo.lastConfigChangeAt);
  }

  private put(app: BackoffConfig, entry: Entry): void {
    const delays = this.byApp.get(app.id);
    if (delays === undefined) this.byApp.set(app.id, new Map([[app.versionInfo.lastConfigChangeAt, entry]]));
    else delays.set(app.versionInfo.lastConfigChangeAt, entry);
  }
}
