import { evolve, type State } from '#domain';
import type { EventLog, StoredEvent, Subscription } from '#event-log';
import type { Logger } from '#observability';
import { recordedFrom, recoverState, type Recovered } from '../writer/recovery.js';
import type { Snapshotter } from '../writer/snapshotter.js';

/** What a warm state needs. */
export interface WarmStatePorts {
  readonly log: EventLog;
  /** Saves the state now and then; nobody else saves one while this follows. */
  readonly snapshotter: Snapshotter;
  readonly logger: Logger;
}

/**
 * The state of a node that may be elected: follows the log, so that an election finds it at the head and nothing has to
 * be replayed. Handed over once; a state that could not follow is worth nothing, and recovery begins with the log.
 */
export class WarmState {
  private recovered: Recovered | undefined;
  private subscription: Subscription | undefined;
  private lastEventMs = 0;
  private readonly waiters: { readonly head: number; readonly resolve: () => void }[] = [];

  constructor(private readonly ports: WarmStatePorts) {}

  /** The state as far as it has come; nothing before the start, after the hand-over, or when it could not follow. */
  get state(): State | undefined {
    return this.recovered?.state;
  }

  /** Loads the state and begins to follow. Does not reject: without a warm state the log is read at the election. */
  async start(): Promise<void> {
    const { log, logger, snapshotter } = this.ports;
    try {
      const recovered = await recoverState(log, logger);
      this.recovered = recovered;
      this.lastEventMs = recovered.lastEventMs;
      snapshotter.beginAt(recovered.snapshotPosition);
      this.subscription = log.subscribe(recovered.state.position, (batch) => this.follow(batch));
      void this.subscription.ended.then((error) => this.ended(error));
    } catch (error) {
      this.ended(error);
    }
  }

  /**
   * The state at `head` or later, which is on the log; it follows nothing from then on. Nothing when it could not follow
   * so far, as when the process is told to stop meanwhile: a term that began behind the head would decide on the past.
   */
  async handOver(head: number): Promise<Recovered | undefined> {
    await this.reached(head);
    await this.unfollow();
    const { recovered } = this;
    this.recovered = undefined;
    if (recovered === undefined || recovered.state.position < head) return undefined;
    return {
      state: recovered.state,
      lastEventMs: this.lastEventMs,
      replayed: 0,
      snapshotPosition: this.ports.snapshotter.position,
    };
  }

  /** Follows nothing any more; resolves when no snapshot is being written. */
  async stop(): Promise<void> {
    await this.unfollow();
    await this.ports.snapshotter.settled();
  }

  private async unfollow(): Promise<void> {
    const { subscription } = this;
    this.subscription = undefined;
    await subscription?.close();
  }

  private follow(batch: readonly StoredEvent[]): void {
    const { recovered } = this;
    if (recovered === undefined) return;
    for (const event of batch) evolve(recovered.state, recordedFrom(event));
    this.lastEventMs = batch.at(-1)?.time ?? this.lastEventMs;
    this.ports.snapshotter.maybeTake(recovered.state, Promise.resolve());
    this.release(recovered.state.position);
  }

  private ended(error: unknown): void {
    this.subscription = undefined;
    if (error !== undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      this.ports.logger.warn(
        { error: reason },
        'no warm state is kept: an election would read the log first',
      );
      this.recovered = undefined;
    }
    this.release(Infinity);
  }

  private async reached(head: number): Promise<void> {
    const { recovered, subscription } = this;
    if (recovered === undefined || subscription === undefined || recovered.state.position >= head) return;
    await new Promise<void>((resolve) => this.waiters.push({ head, resolve }));
  }

  private release(position: number): void {
    for (const waiter of this.waiters.splice(0)) {
      if (waiter.head <= position) waiter.resolve();
      else this.waiters.push(waiter);
    }
  }
}
