import { parentPath, ROOT } from '../ids/path-id.js';
import type { Group } from './state.js';

/** What lies directly in one group. */
interface Members {
  readonly apps: Set<string>;
  readonly groups: Set<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Which apps and groups lie in each group, so that nobody has to look through all of them for those of one group. */
export class TreeIndex {
  private readonly byGroup = new Map<string, Members>();
  private readonly dependent = new Set<string>();

  /** Whether any group at all waits for others; where none does, nobody need look. */
  get hasDependentGroups(): boolean {
    return this.dependent.size > 0;
  }

  addApp(appId: string): void {
    this.membersOf(parentPath(appId)).apps.add(appId);
  }

  removeApp(appId: string): void {
    this.byGroup.get(parentPath(appId))?.apps.delete(appId);
    this.dropIfEmpty(parentPath(appId));
  }

  /** Takes in a group, new or changed. */
  addGroup({ id, dependencies }: Group): void {
    if (id !== ROOT) this.membersOf(parentPath(id)).groups.add(id);
    if (dependencies.length > 0) this.dependent.add(id);
    else this.dependent.delete(id);
  }

  removeGroup(groupId: string): void {
    this.dependent.delete(groupId);
    this.byGroup.get(parentPath(groupId))?.groups.delete(groupId);
    this.dropIfEmpty(parentPath(groupId));
  }

  /** Apps directly in a group. */
  appsIn(groupId: string): ReadonlySet<string> {
    return this.byGroup.get(groupId)?.apps ?? NOTHING;
  }

  /** Groups directly in a group. */
  groupsIn(groupId: string): ReadonlySet<string> {
    return this.byGroup.get(groupId)?.groups ?? NOTHING;
  }

  /** Groups below a group at any depth, each after the one it lies in. */
  *groupsBelow(groupId: string): Iterable<string> {
    const waiting = [groupId];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next !== groupId) yield next;
      for (const below of this.groupsIn(next)) waiting.push(below);
    }
  }

  /** Apps below a group at any depth. */
  *appsBelow(groupId: string): Iterable<string> {
    yield* this.appsIn(groupId);
    for (const below of this.groupsBelow(groupId)) yield* this.appsIn(below);
  }

  private membersOf(groupId: string): Members {
    let members = this.byGroup.get(groupId);
    if (members === undefined) {
      members = { apps: new Set(), groups: new Set() };
      this.byGroup.set(groupId, members);
    }
    return members;
  }

  private dropIfEmpty(groupId: string): void {
    const members = this.byGroup.get(groupId);
    if (members?.apps.size === 0 && members.groups.size === 0) this.byGroup.delete(groupId);
  }
}
