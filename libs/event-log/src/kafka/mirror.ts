import type { KafkaMessage } from 'kafkajs';
import type { EncodedBatch, EncodedEvent, Group, Growth, LogState } from '../local/log-store.js';
import type { StoredEvent } from '../port.js';
import type { SqliteStore } from '../sqlite/sqlite-store.js';
import { readRecord, type ControlKind, type TopicRecord } from './record.js';

/** A mark of the writer that was read, with where the log stood then. */
export interface MarkSeen extends LogState {
  readonly control: ControlKind;
  readonly mark: string;
}

interface Ports {
  readonly topic: string;
  readonly store: SqliteStore;
  /** Events that are in the mirror now. */
  readonly onGrowth: (growth: Growth) => void;
  readonly onMark: (mark: MarkSeen) => void;
  readonly onWarning: (message: string) => void;
}

/** Whole batches of one term that wait for being written to the mirror together. */
interface Portion {
  readonly encoded: EncodedBatch[];
  readonly batches: StoredEvent[][];
  readonly first: number;
  readonly epoch: number;
  /** How many events are in the batches. */
  events: number;
  mark: number;
}

/** So many events are written to the mirror together at most, or one bigger batch; others have their turn in between. */
const PORTION_EVENTS = 512;

type EventRecord = Extract<TopicRecord, { kind: 'event' }>;

/**
 * The topic as this node has read it, in a SQLite file: a copy that can be thrown away, from which everything is read.
 * Its mark is the offset of the last record that is in it.
 */
export class Mirror {
  readonly #ports: Ports;
  #head: number;
  #epoch: number;
  #mark: number;
  /** What is known to be next at this offset: after each start, the last record that is here already. */
  #expected: number | undefined;
  /** Events of a batch whose end has not been read. */
  #open: EventRecord[] = [];
  #portion: Portion | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    const { head, epoch, mark } = ports.store.state();
    this.#head = head;
    this.#epoch = epoch;
    this.#mark = mark ?? -1;
  }

  get state(): LogState {
    return { head: this.#head, epoch: this.#epoch };
  }

  /** Offset of the last record that is here; -1 when there is none. */
  get mark(): number {
    return this.#mark;
  }

  /** The offset to read from now: that of the last record here, to see that the topic still holds it. */
  beginReading(): number {
    this.#open = [];
    this.#portion = undefined;
    this.#expected = this.#mark < 0 ? undefined : this.#mark;
    return Math.max(0, this.#mark);
  }

  /** Takes in what was read. Throws when it does not continue what is here. */
  async take(messages: readonly KafkaMessage[]): Promise<void> {
    for (const message of messages) {
      const offset = Number(message.offset);
      const record = readRecord(message);
      if (this.#expected !== undefined) this.#checkOverlap(record, offset);
      else if (record.kind === 'event') await this.#takeEvent(record, offset);
      else await this.#takeMark(record.control, record.mark, offset);
      this.#expected = undefined;
    }
    await this.#flush();
  }

  /** What this node has put on the topic itself; `mark` is the offset of its last event. */
  async write(group: Group, mark: number): Promise<void> {
    await this.#undone(() => this.#ports.store.commit({ ...group, mark }));
    this.#mark = mark;
    this.#epoch = Math.max(this.#epoch, group.epoch);
    this.#head = group.batches.reduce((head, batch) => head + batch.length, group.first - 1);
  }

  #checkOverlap(record: TopicRecord, offset: number): void {
    const { store } = this.#ports;
    const [known] = this.#head === 0 ? [] : store.readRange(this.#head - 1, this.#head);
    const isSame =
      record.kind === 'control' || (record.event.position === this.#head && record.event.id === known?.id);
    if (offset === this.#expected && isSame) return;
    throw this.#foreign(`its record at offset ${offset} is not the one that was read there before`);
  }

  async #takeEvent(record: EventRecord, offset: number): Promise<void> {
    const { position, epoch } = record.event;
    if (epoch < this.#epoch) {
      // The brokers refuse a former writer; should one of its events get here, no reader may count it.
      return this.#ports.onWarning(
        `event ${record.event.id} at offset ${offset} is of a term that is over: skipped`,
      );
    }
    const expected = this.#nextPosition();
    if (position !== expected)
      throw this.#foreign(`at offset ${offset} is position ${position}, not ${expected}`);
    this.#open.push(record);
    if (!record.endsBatch) return;
    if (this.#portion !== undefined && this.#portion.epoch !== epoch) await this.#flush();
    this.#portion ??= { encoded: [], batches: [], first: this.#head + 1, epoch, events: 0, mark: offset };
    this.#portion.encoded.push(this.#open.map(({ encoded }): EncodedEvent => encoded));
    this.#portion.batches.push(this.#open.map(({ event }) => event));
    this.#portion.events += this.#open.length;
    this.#portion.mark = offset;
    this.#open = [];
    if (this.#portion.events >= PORTION_EVENTS) await this.#flush();
  }

  async #takeMark(control: ControlKind, mark: string, offset: number): Promise<void> {
    await this.#flush();
    if (this.#open.length > 0) throw this.#foreign(`the batch before offset ${offset} has no end`);
    const epoch = control === 'term' ? this.#epoch + 1 : this.#epoch;
    await this.#undone(() => this.#ports.store.noteEpoch(epoch, offset));
    this.#epoch = epoch;
    this.#mark = offset;
    this.#ports.onGrowth({ batches: [], epoch: this.#epoch });
    this.#ports.onMark({ control, mark, ...this.state });
  }

  #nextPosition(): number {
    return this.#head + (this.#portion?.events ?? 0) + this.#open.length + 1;
  }

  async #flush(): Promise<void> {
    const portion = this.#portion;
    if (portion === undefined) return;
    const { encoded, batches, first, epoch, mark } = portion;
    await this.#undone(() => this.#ports.store.commit({ batches: encoded, first, epoch, mark }));
    this.#portion = undefined;
    this.#head = batches.at(-1)?.at(-1)?.position ?? this.#head;
    this.#epoch = epoch;
    this.#mark = mark;
    this.#ports.onGrowth({ batches, epoch });
  }

  /** A write that failed may have left its transaction open, in the way of the next one. */
  async #undone(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      await this.#ports.store.recover().catch(() => undefined);
      throw error;
    }
  }

  #foreign(reason: string): Error {
    return new Error(
      `Kafka topic ${this.#ports.topic} does not continue what this node has read of it: ${reason}. If the topic was ` +
        'replaced on purpose, remove the mirror and its snapshots from the data directory; otherwise keep them, they may be the only copy',
    );
  }
}
