import type { Cause } from './turn.js';

/** An app to look at, and what led there. */
export interface Touch {
  readonly appId: string;
  readonly cause: Cause;
}

/**
 * The apps that are still to be looked at, because their desired or actual state was touched. Held in memory only: a
 * new leader looks at every app once. What the present turn touches comes first, so that a small change does not wait
 * behind a big one; what earlier turns had no time for comes next, then the sweep over everything.
 */
export class TouchedApps {
  private fresh = new TouchQueue();
  private waiting = new TouchQueue();
  private sweep: { readonly appIds: Iterator<string>; readonly cause: Cause } | undefined;

  /** Whether no app is left to look at. */
  get isDone(): boolean {
    return this.fresh.size === 0 && this.waiting.size === 0 && this.sweep === undefined;
  }

  /** The app must be looked at (again); the last cause counts. */
  add(appId: string, cause: Cause): void {
    this.waiting.delete(appId);
    this.fresh.set(appId, cause);
  }

  /** All of these apps shall be looked at when there is time for it. Read one by one, as far as there is time. */
  addAll(appIds: Iterable<string>, cause: Cause): void {
    this.sweep = { appIds: appIds[Symbol.iterator](), cause };
  }

  /** The next app to look at. */
  take(): Touch | undefined {
    return this.fresh.take() ?? this.waiting.take() ?? this.nextOfSweep();
  }

  /** The turn ends: what it did not come to waits behind what waited before. */
  postpone(): void {
    if (this.fresh.size === 0) return;
    if (this.waiting.size === 0) {
      [this.fresh, this.waiting] = [this.waiting, this.fresh];
      return;
    }
    for (let touch = this.fresh.take(); touch !== undefined; touch = this.fresh.take()) {
      this.waiting.set(touch.appId, touch.cause);
    }
  }

  private nextOfSweep(): Touch | undefined {
    if (this.sweep === undefined) return undefined;
    const { appIds, cause } = this.sweep;
    const next = appIds.next();
    if (next.done !== true) return { appId: next.value, cause };
    this.sweep = undefined;
    return undefined;
  }
}

/** First come, first served; an app that is in it keeps its place. */
class TouchQueue {
  private readonly causes = new Map<string, Cause>();
  /** Goes on where it stands: a look at the beginning would pass by all that were taken, again and again. */
  private cursor = this.causes.entries();

  get size(): number {
    return this.causes.size;
  }

  set(appId: string, cause: Cause): void {
    this.causes.set(appId, cause);
  }

  delete(appId: string): void {
    if (this.causes.size > 0) this.causes.delete(appId);
  }

  take(): Touch | undefined {
    if (this.causes.size === 0) return undefined;
    let next = this.cursor.next();
    if (next.done === true) {
      this.cursor = this.causes.entries();
      next = this.cursor.next();
    }
    if (next.done === true) return undefined;
    const [appId, cause] = next.value;
    this.causes.delete(appId);
    return { appId, cause };
  }
}
