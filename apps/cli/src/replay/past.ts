import { createHash } from 'node:crypto';
import { captureSnapshot, evolve, State, type RecordedEvent } from '#domain';
import type { StoredEvent } from '#event-log';

/** A state of the past, folded from the events of the log like any other. */
export class Past {
  readonly events: StoredEvent[] = [];
  private readonly state = new State();
  private timeMs = 0;

  get position(): number {
    return this.state.position;
  }

  fold(events: readonly StoredEvent[]): void {
    for (const event of events) evolve(this.state, event as unknown as RecordedEvent);
    this.timeMs = events.at(-1)?.time ?? this.timeMs;
  }

  /** Remembers events, so that a log can be made of them. */
  keep(events: readonly StoredEvent[]): void {
    this.events.push(...events);
  }

  /** What there was. The hash is that of `ekidenctl`: SHA-256 over the state in the form of a snapshot. */
  summary() {
    const { state } = this;
    const hash = createHash('sha256');
    for (const slice of captureSnapshot(state)) hash.update(slice);
    const apps = [...state.apps.values()].map(({ id, instances, version, cmd, container }) => ({
      id,
      instances,
      running: state.instances.of(id).filter(({ condition }) => condition === 'Running').length,
      version,
      cmd: cmd ?? undefined,
      image: (container as { readonly docker?: { readonly image?: string } } | undefined)?.docker?.image,
    }));
    return {
      position: this.position,
      time: this.position === 0 ? undefined : new Date(this.timeMs).toISOString(),
      groups: state.groups.size,
      instances: state.instances.size,
      deployments: state.deployments.size,
      stateHash: hash.digest('hex'),
      apps: apps.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    };
  }
}
