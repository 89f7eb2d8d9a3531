import { evolve, State, type RecordedEvent } from '#domain';
import { AppFragments } from './app-fragments.js';
import { SortedIds } from './sorted-ids.js';
import { TaskCounters } from './task-counters.js';
import { touchedApps } from './touched-apps.js';

/** The state as the log tells it, with everything that reads need beside it kept in step event by event. */
export class ReadModel {
  readonly counters = new TaskCounters();
  readonly fragments: AppFragments;
  /** Ids of the stored apps in text order. */
  readonly appIds: SortedIds;

  constructor(readonly state: State = new State()) {
    this.fragments = new AppFragments(state, this.counters);
    this.appIds = new SortedIds(state.apps.keys());
    for (const instance of state.instances.values()) {
      this.counters.replace(instance.appId, undefined, instance);
    }
  }

  /** Folds one event; events come in the order of their positions, without gaps. */
  apply(event: RecordedEvent): void {
    const { instances } = this.state;
    const instanceId = 'instanceId' in event.data ? event.data.instanceId : undefined;
    const before = instanceId === undefined ? undefined : instances.get(instanceId);
    evolve(this.state, event);
    if (instanceId !== undefined) {
      const after = instances.get(instanceId);
      const appId = (after ?? before)?.appId;
      if (appId !== undefined) this.counters.replace(appId, before, after);
    }
    if (event.type === 'AppCreated' || event.type === 'AppUpdated') this.appIds.add(event.data.app.id);
    if (event.type === 'AppDeleted') this.appIds.remove(event.data.appId);
    if (this.fragments.empty) return;
    for (const appId of touchedApps(event)) this.fragments.invalidate(appId);
  }
}
