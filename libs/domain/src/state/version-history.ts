import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Timestamp } from '../time/timestamp.js';

/** How many definitions of one app the state keeps at hand; the log keeps all of them. */
const RETAINED_VERSIONS = 500;

/** The stored definitions of each app. Versions grow strictly, so every list is in order. */
export class VersionHistory {
  private readonly byApp = new Map<string, AppDefinition[]>();

  /** Adds a definition newer than those before; beyond `RETAINED_VERSIONS` the oldest goes. */
  add(app: AppDefinition): void {
    const versions = this.byApp.get(app.id);
    if (versions === undefined) {
      this.byApp.set(app.id, [app]);
      return;
    }
    versions.push(app);
    if (versions.length > RETAINED_VERSIONS) versions.shift();
  }

  get(appId: string, version: Timestamp): AppDefinition | undefined {
    return this.byApp.get(appId)?.findLast((app) => app.version === version);
  }

  /** Versions of an app, newest first. */
  list(appId: string): Timestamp[] {
    return (this.byApp.get(appId) ?? []).map((app) => app.version).toReversed();
  }

  removeApp(appId: string): void {
    this.byApp.delete(appId);
  }

  /** Every retained definition, app by app, oldest first. */
  *definitions(): IterableIterator<AppDefinition> {
    for (const versions of this.byApp.values()) yield* versions;
  }
}
