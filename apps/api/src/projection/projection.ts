import { recorded } from '#bus-events';
import { restoreSnapshot, SNAPSHOT_FORMAT } from '#domain';
import type { EventLog, StoredEvent, Subscription } from '#event-log';
import { PositionWaiters } from './position-waiters.js';
import { ReadModel } from './read-model.js';

/** Is told of events once reads show them. */
export type EventObserver = (events: readonly StoredEvent[]) => void;

/** The projection cannot follow the log any more, so nothing may be answered from it as current. */
export class ProjectionStoppedError extends Error {
  override readonly name = 'ProjectionStoppedError';
}

/**
 * The read side: a fold of the log that follows it (`design.md` §6). Starts from the newest snapshot, replays the
 * rest, then stays at the tail.
 */
export class Projection {
  private current = new ReadModel();
  private subscription: Subscription | undefined;
  private stopped: Error | undefined = new ProjectionStoppedError('the read side has not started');
  private readonly waiters = new PositionWaiters();
  private readonly observers: EventObserver[] = [];

  constructor(private readonly log: EventLog) {}

  get model(): ReadModel {
    return this.current;
  }

  /** Position of the last event that reads show. */
  get position(): number {
    return this.current.state.position;
  }

  /** Whether reads are current: started, and not stopped by an error. */
  get following(): boolean {
    return this.stopped === undefined;
  }

  /** Catches up with the log and begins to follow it. `onStopped` is told of the error that ends that, if one does. */
  async start(onStopped: (error: Error) => void): Promise<void> {
    const snapshot = await this.log.latestSnapshot();
    if (snapshot?.format === SNAPSHOT_FORMAT) this.current = new ReadModel(restoreSnapshot(snapshot.state));
    await this.log.replay(this.position, (page) => this.fold(page));
    this.stopped = undefined;
    this.subscription = this.log.subscribe(this.position, (batch) => this.follow(batch));
    void this.watch(this.subscription, onStopped);
  }

  async close(): Promise<void> {
    await this.subscription?.close();
  }

  /** Calls `observer` with every batch from now on, after reads show it. */
  observe(observer: EventObserver): void {
    this.observers.push(observer);
  }

  /** Resolves when reads show the event at `position`; rejects when they never will, or `signal` ends the waiting. */
  waitFor(position: number, signal?: AbortSignal): Promise<void> {
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    return position <= this.position ? Promise.resolve() : this.waiters.add(position, signal);
  }

  private async watch(subscription: Subscription, onStopped: (error: Error) => void): Promise<void> {
    const error = await subscription.ended;
    this.stopped = error ?? new ProjectionStoppedError('the read side was closed');
    this.waiters.fail(this.stopped);
    if (error !== undefined) onStopped(error);
  }

  private follow(batch: readonly StoredEvent[]): void {
    this.fold(batch);
    // Observers first: whoever is woken by a write's answer finds the streams already fed.
    for (const observer of this.observers) observer(batch);
    this.waiters.release(this.position);
  }

  private fold(events: readonly StoredEvent[]): void {
    for (const event of events) this.current.apply(recorded(event));
  }
}
