import { captureSnapshot, SNAPSHOT_FORMAT, type State } from '#domain';
import type { EventLog } from '#event-log';
import type { Logger } from '#observability';

/**
 * Events between two snapshots for each record that a snapshot holds. A start has to replay so many at most, at a few
 * microseconds each; a record is written in a few, while the events between cost a hundred times that.
 */
const EVENTS_PER_RECORD = 4;

/** A snapshot that took long is not followed by the next before this many times its duration. */
const REST_FACTOR = 20;

/**
 * Saves the state now and then, so that the next start needs to replay little. A snapshot is a cache: failing
 * to write one costs time at the next start, never data.
 */
export class Snapshotter {
  private lastPosition = 0;
  private lastRecordCount = 0;
  private restUntilMs = 0;
  private running: Promise<void> | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly intervalEvents: number,
    private readonly logger: Logger,
  ) {}

  /** Position of the last snapshot that was taken or begun with. */
  get position(): number {
    return this.lastPosition;
  }

  /** A state was recovered from the snapshot of this position, or from none: the next one is due an interval later. */
  beginAt(position: number | undefined): void {
    this.lastPosition = position ?? this.lastPosition;
  }

  /** Takes a snapshot if one is due; it is saved once everything the state rests on is `durable`. */
  maybeTake(state: State, durable: Promise<unknown>): void {
    if (this.running !== undefined || performance.now() < this.restUntilMs) return;
    // A multiple of what the last one had to write, so that the cost per event stays small however large the state is.
    const dueAfter = Math.max(this.intervalEvents, EVENTS_PER_RECORD * this.lastRecordCount);
    if (state.position - this.lastPosition < dueAfter) return;
    this.lastPosition = state.position;
    this.lastRecordCount = state.recordCount;
    this.running = this.take(state, durable).finally(() => {
      this.running = undefined;
    });
  }

  /** Resolves when no snapshot is being written. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** A last snapshot before an end in good order, if a start would have much to replay; everything is durable by now. */
  async takeLast(state: State): Promise<void> {
    await this.running;
    if (state.position - this.lastPosition < this.intervalEvents) return;
    this.lastPosition = state.position;
    await this.take(state, Promise.resolve());
  }

  private async take(state: State, durable: Promise<unknown>): Promise<void> {
    const startedMs = performance.now();
    const { position } = state;
    try {
      const slices = captureSnapshot(state);
      await durable;
      await this.log.saveSnapshot({ position, format: SNAPSHOT_FORMAT, state: slices });
      const durationMs = Math.round(performance.now() - startedMs);
      this.restUntilMs = performance.now() + durationMs * REST_FACTOR;
      this.logger.debug({ position, durationMs }, 'snapshot saved');
    } catch (error) {
      this.logger.warn({ position, error: String(error) }, 'no snapshot could be saved');
    }
  }
}
