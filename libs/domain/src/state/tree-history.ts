import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Timestamp } from '../time/timestamp.js';
import type { Group } from './state.js';

/** How many versions of the tree the state keeps at hand; the log keeps all of them. */
const RETAINED_VERSIONS = 500;

/** How many changes of single apps and groups those versions may hold together. */
const RETAINED_CHANGES = 100_000;

/** The last changes are always kept, however big they are, so that each of them can be taken back. */
const KEPT_VERSIONS = 3;

/** What was where a change of the tree put something else; `null` where there was nothing. */
export interface TreeDelta {
  readonly apps: ReadonlyMap<string, AppDefinition | null>;
  readonly groups: ReadonlyMap<string, Group | null>;
}

/** What stood at an id before it changed; `null` for nothing. */
export type Former<T> = readonly [id: string, before: T | null];

/** One version of the tree, with what it replaced of the version before; the first change of an id counts. */
export interface TreeVersion {
  readonly version: Timestamp;
  readonly apps: Former<AppDefinition>[];
  readonly groups: Former<Group>[];
}

/**
 * The versions of the whole tree, oldest first. Each is kept as the way back to the one before: a change of one app
 * costs one entry however many apps there are, and an old tree comes about by going back from the present one.
 */
export class TreeHistory {
  private readonly entries: TreeVersion[] = [];
  private changes = 0;

  /** A new version of the tree begins; the changes that follow belong to it. */
  begin(version: Timestamp): void {
    this.add({ version, apps: [], groups: [] });
  }

  /** Takes over a version with all its changes, newer than those before. */
  add(entry: TreeVersion): void {
    this.entries.push(entry);
    this.changes += sizeOf(entry);
    while (this.entries.length > RETAINED_VERSIONS || this.holdsTooMuch()) this.dropOldest();
  }

  /** The app is about to change; `before` is `undefined` where it is about to come into being. */
  noteApp(appId: string, before: AppDefinition | undefined): void {
    if (this.entries.length === 0) return;
    this.entries.at(-1)?.apps.push([appId, before ?? null]);
    this.changes += 1;
  }

  /** The same for a group. */
  noteGroup(groupId: string, before: Group | undefined): void {
    if (this.entries.length === 0) return;
    this.entries.at(-1)?.groups.push([groupId, before ?? null]);
    this.changes += 1;
  }

  /** The retained versions in which a group exists, newest first; `exists` says whether it does now. */
  versionsOf(groupId: string, exists: boolean): Timestamp[] {
    const versions: Timestamp[] = [];
    let existed = exists;
    for (const { version, groups } of this.entries.toReversed()) {
      if (existed) versions.push(version);
      const first = groups.find(([id]) => id === groupId);
      if (first !== undefined) existed = first[1] !== null;
    }
    return versions;
  }

  /** What differs between a retained version and the present tree, as it was then; `undefined` for any other version. */
  backTo(version: Timestamp): TreeDelta | undefined {
    const apps = new Map<string, AppDefinition | null>();
    const groups = new Map<string, Group | null>();
    for (const entry of this.entries.toReversed()) {
      if (entry.version === version) return { apps, groups };
      goBack(apps, entry.apps);
      goBack(groups, entry.groups);
    }
    return undefined;
  }

  /** Every retained version, oldest first. */
  get versions(): readonly TreeVersion[] {
    return this.entries;
  }

  private holdsTooMuch(): boolean {
    return this.changes > RETAINED_CHANGES && this.entries.length > KEPT_VERSIONS;
  }

  private dropOldest(): void {
    const oldest = this.entries.shift();
    if (oldest !== undefined) this.changes -= sizeOf(oldest);
  }
}

const sizeOf = ({ apps, groups }: TreeVersion): number => apps.length + groups.length;

function goBack<T>(values: Map<string, T | null>, formers: readonly Former<T>[]): void {
  for (const [id, before] of formers.toReversed()) values.set(id, before);
}
