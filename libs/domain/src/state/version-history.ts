import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Timestamp } from '../time/timestamp.js';

/** How many definitions of one app the state keeps at hand; the log keeps all of them. */
const RETAINED_VERSIONS = 500;

/** The stored definitions of each app by version, oldest first. */
export class VersionHistory {
  private readonly byApp = new Map<string, Map<Timestamp, AppDefinition>>();

  /** Adds a definition; beyond `RETAINED_VERSIONS` the oldest goes. */
  add(app: AppDefinition): void {
    let versions = this.byApp.get(app.id);
    if (versions === undefined) {
      versions = new Map();
      this.byApp.set(app.id, versions);
    }
    versions.set(app.version, app);
    if (versions.size > RETAINED_VERSIONS) {
      for (const oldest of versions.keys()) {
        versions.delete(oldest);
        break;
      }
    }
  }

  get(appId: string, version: Timestamp): AppDefinition | undefined {
    return this.byApp.get(appId)?.get(version);
  }

  /** Versions of an app, newest first. */
  list(appId: string): Timestamp[] {
    return [...(this.byApp.get(appId)?.keys() ?? [])].toReversed();
  }

  removeApp(appId: string): void {
    this.byApp.delete(appId);
  }

  /** Every retained definition, app by app, oldest first. */
  *definitions(): IterableIterator<AppDefinition> {
    for (const versions of this.byApp.values()) yield* versions.values();
  }
}
