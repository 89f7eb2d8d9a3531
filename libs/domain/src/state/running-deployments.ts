import type { Deployment } from './state.js';

const NONE: readonly Deployment[] = [];

/** Running deployments by id, oldest first; knows which of them touch an app without looking at the others. */
export class RunningDeployments extends Map<string, Deployment> {
  /** Ids, oldest first, by the id of the app. */
  private readonly byApp = new Map<string, Set<string>>();

  override set(id: string, deployment: Deployment): this {
    const before = this.get(id);
    super.set(id, deployment);
    // A step that begins touches the same apps as the one before.
    if (before?.affectedApps === deployment.affectedApps) return this;
    if (before !== undefined) this.forget(id, before);
    for (const appId of deployment.affectedApps) {
      const ids = this.byApp.get(appId);
      if (ids === undefined) this.byApp.set(appId, new Set([id]));
      else ids.add(id);
    }
    return this;
  }

  override delete(id: string): boolean {
    const deployment = this.get(id);
    if (deployment !== undefined) this.forget(id, deployment);
    return super.delete(id);
  }

  override clear(): void {
    this.byApp.clear();
    super.clear();
  }

  /** Those that touch an app, oldest first: its locks. */
  ofApp(appId: string): readonly Deployment[] {
    const ids = this.byApp.get(appId);
    return ids === undefined ? NONE : Array.from(ids, (id) => this.get(id)!);
  }

  private forget(id: string, { affectedApps }: Deployment): void {
    for (const appId of affectedApps) {
      const ids = this.byApp.get(appId);
      ids?.delete(id);
      if (ids?.size === 0) this.byApp.delete(appId);
    }
  }
}
