import { LogFencedError } from '../../../libs/event-log/src/errors.js';
import type { EncodedBatch, EncodedEvent, Group } from '../../../libs/event-log/src/local/log-store.js';
import type { Actor, StoredEvent } from '../../../libs/event-log/src/port.js';
import type { World } from '../kernel/world.js';

interface Row {
  readonly event: EncodedEvent;
  readonly epoch: number;
  readonly endsBatch: boolean;
  /** As readers get it: immutable, so that all may share it. */
  stored?: StoredEvent;
}

/** What a test breaks on purpose, to see that it is noticed. */
export interface TopicDefects {
  /** A former writer is not refused. */
  readonly ignoreEpoch?: boolean;
}

/** The one log of a simulated cluster: what is on it is durable; whoever has claimed the newest term writes. */
export class SharedTopic {
  readonly rows: Row[] = [];
  epoch = 0;
  /** The positions at which batches end, with the term of each. */
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly world: World,
    private readonly defects: TopicDefects = {},
  ) {}

  get head(): number {
    return this.rows.length;
  }

  claim(node: string): number {
    this.epoch += 1;
    this.world.trace.note('TERM', `${node} claims ${this.epoch}`);
    this.world.observer.claimed(node, this.epoch);
    this.announce();
    return this.epoch;
  }

  /** @throws {LogFencedError} a newer term has begun. */
  commit(node: string, { batches, first, epoch }: Group): void {
    if (epoch < this.epoch && this.defects.ignoreEpoch !== true) throw new LogFencedError(epoch, this.epoch);
    for (const batch of batches) {
      for (const [index, event] of batch.entries()) {
        this.rows.push({ event, epoch, endsBatch: index === batch.length - 1 });
      }
    }
    this.world.trace.note('LOG', `${node} term ${epoch} ${first}: ${namesOf(batches)}`);
    this.world.observer.appended({ node, epoch, first, batches });
    this.announce();
  }

  /** Every event with `after < position <= to`, as a reader gets it. */
  read(after: number, to: number): StoredEvent[] {
    return this.rows
      .slice(after, to)
      .map((row, index) => (row.stored ??= storedFrom(row, after + index + 1)));
  }

  /** The end of the batch that a position belongs to. */
  endOfBatch(position: number): number {
    for (let at = position; at <= this.rows.length; at++)
      if (this.rows[at - 1]?.endsBatch === true) return at;
    return this.rows.length;
  }

  epochAt(position: number): number {
    return this.rows[position - 1]?.epoch ?? 0;
  }

  onNews(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private announce(): void {
    for (const listener of this.listeners) listener();
  }
}

const namesOf = (batches: readonly EncodedBatch[]): string =>
  batches.map((batch) => batch.map(({ type, stream }) => `${type}(${stream})`).join(' ')).join(' | ');

function storedFrom({ event, epoch }: Row, position: number): StoredEvent {
  return {
    ...event,
    position,
    epoch,
    actor: JSON.parse(event.actor) as Actor,
    data: JSON.parse(event.data) as unknown,
  };
}
