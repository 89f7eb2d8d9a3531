import type { AppDefinition } from '../definitions/app/app-definition.js';
import { atOrAbove, parentPath, ROOT } from '../ids/path-id.js';
import type { Group } from '../state/state.js';

/** A whole tree of groups and apps, as far as dependencies need it. */
export interface TreeView {
  app(appId: string): AppDefinition | undefined;
  group(groupId: string): Group | undefined;
  /** Whether any group waits for others. */
  readonly hasDependentGroups: boolean;
  /** Apps directly in a group. */
  appsIn(groupId: string): Iterable<string>;
  /** Groups directly in a group. */
  groupsIn(groupId: string): Iterable<string>;
}

/** Mark of what lies on the chain that is being followed. */
const OPEN = -1;

/** One place on that chain: what it waits for, and how far that was followed. */
interface Place {
  readonly node: string;
  readonly needs: readonly string[];
  followed: number;
  deepest: number;
}

/**
 * Who waits for whom in a tree (`spec/definitions.md` §13.5, `spec/scheduling.md` §7.2). Groups stand in the graph
 * themselves, so that a group of a thousand apps that waits for another one costs one edge, not a million: `>group`
 * is what everything below a group waits for, `<group` is everything below it. Followed only as far as asked, and
 * without recursion: chains may be long.
 */
export class DependencyGraph {
  private readonly depths = new Map<string, number>();
  /** Whether a group, or one above it, waits for others. */
  private readonly waits: (groupId: string) => boolean;

  constructor(private readonly tree: TreeView) {
    this.waits = atOrAbove((groupId) => (tree.group(groupId)?.dependencies.length ?? 0) > 0);
  }

  /**
   * Number of apps on the longest chain that ends in the app, itself included: 1 for an app that waits for nobody.
   * `undefined` when the chains lead into a cycle.
   */
  layerOf(appId: string): number | undefined {
    const app = this.tree.app(appId);
    return app === undefined || this.isFree(app) ? 1 : this.depthOf(appId);
  }

  /** Whether anything that the apps below a group wait for leads into a cycle. */
  isCyclicBelow(groupId: string): boolean {
    return this.depthOf(`>${groupId}`) === undefined;
  }

  /** Waits for nobody, neither by itself nor through its groups: the common case, found out without a trace. */
  private isFree(app: AppDefinition): boolean {
    if (app.dependencies.length > 0) return false;
    return !this.tree.hasDependentGroups || !this.waits(parentPath(app.id));
  }

  private depthOf(start: string): number | undefined {
    const known = this.depths.get(start);
    if (known !== undefined) return known === OPEN ? undefined : known;
    const chain = [this.enter(start)];
    for (let place = chain.at(-1); place !== undefined; place = chain.at(-1)) {
      const next = place.needs[place.followed];
      if (next === undefined) {
        this.leave(place);
        chain.pop();
        continue;
      }
      const depth = this.depths.get(next);
      if (depth === OPEN) return undefined;
      if (depth === undefined) {
        chain.push(this.enter(next));
      } else {
        place.deepest = Math.max(place.deepest, depth);
        place.followed += 1;
      }
    }
    return this.depths.get(start);
  }

  private enter(node: string): Place {
    this.depths.set(node, OPEN);
    return { node, needs: this.needsOf(node), followed: 0, deepest: 0 };
  }

  private leave({ node, deepest }: Place): void {
    this.depths.set(node, node.startsWith(ROOT) ? deepest + 1 : deepest);
  }

  private needsOf(node: string): string[] {
    if (node.startsWith('<')) return this.contentsOf(node.slice(1));
    return node.startsWith('>') ? this.needsOfGroup(node.slice(1)) : this.needsOfApp(node);
  }

  private contentsOf(groupId: string): string[] {
    const contents = [...this.tree.appsIn(groupId)];
    for (const below of this.tree.groupsIn(groupId)) contents.push(`<${below}`);
    return contents;
  }

  /** Groups wait for groups only: naming an app has no effect. */
  private needsOfGroup(groupId: string): string[] {
    const needs = groupId === ROOT ? [] : [`>${parentPath(groupId)}`];
    for (const path of this.tree.group(groupId)?.dependencies ?? []) {
      if (this.tree.group(path) !== undefined) needs.push(`<${path}`);
    }
    return needs;
  }

  /** Ids that name nothing are no dependencies. */
  private needsOfApp(appId: string): string[] {
    const needs = [`>${parentPath(appId)}`];
    for (const path of this.tree.app(appId)?.dependencies ?? []) {
      if (this.tree.app(path) !== undefined) needs.push(path);
      else if (this.tree.group(path) !== undefined) needs.push(`<${path}`);
    }
    return needs;
  }
}
