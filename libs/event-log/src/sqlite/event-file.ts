import { existsSync } from 'node:fs';
import { LogUnavailableError } from '../errors.js';
import type { StoredEvent } from '../port.js';
import { createUpcaster, upcastPage, type Upcaster } from '../upcasting/upcaster.js';
import { EventReader } from './event-reader.js';
import { toLogFailure } from './failures.js';

/**
 * The events in the file of a log that is open elsewhere ({@link EventLog.file}): for threads that read a lot, and must
 * not hold up the one that decides and answers. Sees everything that is durable, writes nothing.
 */
export class EventFile {
  readonly #path: string;
  readonly #reader: EventReader;
  readonly #upcaster: Upcaster;

  /** @throws {LogUnavailableError} `io`: there is no such file, or it is no log. */
  constructor(path: string, upcaster: Upcaster = createUpcaster({})) {
    this.#path = path;
    this.#upcaster = upcaster;
    if (!existsSync(path)) throw new LogUnavailableError('io', `there is no event log ${path}`);
    this.#reader = this.#guard(() => new EventReader(path));
  }

  /** Position of the newest durable event; 0 for an empty log. */
  head(): number {
    return this.#guard(() => this.#reader.state().head);
  }

  /** Position of the oldest event; 1 for an empty log, and for every log that keeps all of its events. */
  first(): number {
    return this.#guard(() => this.#reader.first());
  }

  /** Up to `limit` events with a position above `after`, in order. */
  read(after: number, limit: number): readonly StoredEvent[] {
    const to = Math.min(after + limit, this.head());
    return upcastPage(
      this.#guard(() => this.#reader.readRange(after, to)),
      this.#upcaster,
    );
  }

  /** The events at these positions, which ascend and are on the log. */
  pick(positions: readonly number[]): readonly StoredEvent[] {
    return upcastPage(
      this.#guard(() => this.#reader.readPositions(positions)),
      this.#upcaster,
    );
  }

  close(): void {
    this.#reader.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toLogFailure(error, this.#path);
    }
  }
}
