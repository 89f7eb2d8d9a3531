import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Instance } from '../instances/instance.js';
import type { Candidate } from '../launching/matching/candidate.js';

/** Waiting instances that share app, role and version: an offer suits all of them or none. */
export class WaitingGroup {
  private readonly instances = new Map<string, Instance>();
  /** Goes on where it stands: a look at the beginning would pass by all that were served, again and again. */
  private cursor = this.instances.values();
  private current: Instance | undefined;
  /** Grows over all groups: how lately one of the instances began to want offers. */
  newest = 0;
  /** What matching worked out about it: kept here, where it is at hand. */
  candidate: Candidate | undefined;

  constructor(readonly app: AppDefinition) {}

  get size(): number {
    return this.instances.size;
  }

  /** The instance that has waited longest, `undefined` when nobody waits. */
  get head(): Instance | undefined {
    while (this.current === undefined && this.instances.size > 0) {
      const next = this.cursor.next();
      if (next.done === true) this.cursor = this.instances.values();
      this.current = next.done === true ? undefined : next.value;
    }
    return this.current;
  }

  values(): Iterable<Instance> {
    return this.instances.values();
  }

  /** An instance begins to wait, or one that waits is another now, in its old place. */
  put(instance: Instance): void {
    this.instances.set(instance.id, instance);
    if (instance.id === this.current?.id) this.current = instance;
  }

  remove(id: string): void {
    this.instances.delete(id);
    if (id === this.current?.id) this.current = undefined;
  }
}

/** The waiting instances of one app and role; an offer is shown to all of them at once. */
export class WaitingApp {
  /** One per version that waits, none of them empty. */
  readonly groups: WaitingGroup[] = [];
  /** Place in the list of its role. */
  place = 0;

  constructor(
    readonly appId: string,
    readonly role: string,
  ) {}

  groupOf(version: string): WaitingGroup | undefined {
    for (const group of this.groups) if (group.app.version === version) return group;
    return undefined;
  }
}

/** Where the instances of one app wait: an entry per role, nearly always one. */
export type WaitingOfApp = WaitingApp[];

/** The instances that wait for an offer (`spec/scheduling.md` §2.1): the launch queue, by app and by role. */
export class WaitingIndex {
  private readonly byRole = new Map<string, WaitingApp[]>();
  private newest = 0;

  /** Roles that anybody waits in, with the apps. */
  roles(): Iterable<readonly [role: string, apps: readonly WaitingApp[]]> {
    return this.byRole;
  }

  /** Apps with instances that wait in a role, in no particular order. */
  ofRole(role: string): readonly WaitingApp[] {
    return this.byRole.get(role) ?? [];
  }

  add(ofApp: WaitingOfApp, instance: Instance): void {
    const { app, role } = instance;
    const waiting = find(ofApp, role) ?? this.open(ofApp, instance);
    let group = waiting.groupOf(app.version);
    if (group === undefined) {
      group = new WaitingGroup(app);
      waiting.groups.push(group);
    }
    group.put(instance);
    this.renew(group);
  }

  /** An instance that waits is another now, and may wait elsewhere. */
  replace(ofApp: WaitingOfApp, before: Instance, after: Instance): void {
    if (before.app.version === after.app.version && before.role === after.role) {
      find(ofApp, after.role)?.groupOf(after.app.version)?.put(after);
    } else {
      this.remove(ofApp, before);
      this.add(ofApp, after);
    }
  }

  remove(ofApp: WaitingOfApp, { id, app, role }: Instance): void {
    const waiting = find(ofApp, role);
    const group = waiting?.groupOf(app.version);
    if (waiting === undefined || group === undefined) return;
    group.remove(id);
    if (group.size > 0) return;
    waiting.groups.splice(waiting.groups.indexOf(group), 1);
    if (waiting.groups.length === 0) this.close(ofApp, waiting);
  }

  /** The instances of a group want offers anew. */
  renew(group: WaitingGroup): void {
    this.newest += 1;
    group.newest = this.newest;
  }

  private open(ofApp: WaitingOfApp, { appId, role }: Instance): WaitingApp {
    const waiting = new WaitingApp(appId, role);
    ofApp.push(waiting);
    let ofRole = this.byRole.get(role);
    if (ofRole === undefined) this.byRole.set(role, (ofRole = []));
    waiting.place = ofRole.length;
    ofRole.push(waiting);
    return waiting;
  }

  private close(ofApp: WaitingOfApp, waiting: WaitingApp): void {
    ofApp.splice(ofApp.indexOf(waiting), 1);
    const ofRole = this.byRole.get(waiting.role)!;
    const last = ofRole.pop()!;
    if (last !== waiting) {
      ofRole[waiting.place] = last;
      last.place = waiting.place;
    }
    if (ofRole.length === 0) this.byRole.delete(waiting.role);
  }
}

function find(ofApp: WaitingOfApp, role: string): WaitingApp | undefined {
  for (const waiting of ofApp) if (waiting.role === role) return waiting;
  return undefined;
}
