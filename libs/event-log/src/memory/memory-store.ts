import { createHash } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { LogUnavailableError } from '../errors.js';
import type {
  EncodedEvent,
  Group,
  LogState,
  LogStore,
  SnapshotStore,
  WarningListener,
} from '../local/log-store.js';
import type { Actor, Snapshot, StoredEvent, StoredSnapshot } from '../port.js';
import type { MemoryFaults } from './memory-faults.js';

interface Row extends EncodedEvent {
  readonly epoch: number;
  readonly endsBatch: boolean;
}

/** A log that lives as long as its object. Events are kept as text, so readers get what a real store would give. */
export class MemoryStore implements LogStore {
  readonly snapshots = new MemorySnapshots();
  readonly #faults: MemoryFaults;
  readonly #rows: Row[] = [];
  #epoch = 0;

  constructor(faults: MemoryFaults) {
    this.#faults = faults;
  }

  state(): LogState {
    return { head: this.#rows.length, epoch: this.#epoch };
  }

  async commit({ batches, epoch }: Group): Promise<void> {
    await this.#flush();
    this.#epoch = Math.max(this.#epoch, epoch);
    for (const batch of batches) {
      const last = batch.length - 1;
      this.#rows.push(...batch.map((event, index) => ({ ...event, epoch, endsBatch: index === last })));
    }
    if (this.#faults.takeLostConfirmation()) {
      throw new LogUnavailableError('io', 'the confirmation of the commit was lost');
    }
  }

  async claimEpoch(): Promise<LogState> {
    await this.#flush();
    this.#epoch += 1;
    return this.state();
  }

  async recover(): Promise<number> {
    if (this.#faults.unreadable) throw new LogUnavailableError('io', 'the log cannot be read');
    return this.#rows.length;
  }

  async probe(): Promise<void> {
    await this.#flush();
  }

  readRange(after: number, to: number): readonly StoredEvent[] {
    return this.#rows.slice(after, to).map((row, index) => toEvent(row, after + index + 1));
  }

  endOfBatch(position: number): number {
    return this.#rows.findIndex(({ endsBatch }, index) => index >= position - 1 && endsBatch) + 1;
  }

  async sizeBytes(): Promise<number> {
    return this.#rows.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
  }

  async close(): Promise<void> {
    this.#rows.length = 0;
  }

  async #flush(): Promise<void> {
    const { flushMs } = this.#faults;
    await (flushMs > 0 ? delay(flushMs) : nextTurn());
    const failure = this.#faults.takeFailure();
    if (failure) throw failure;
  }
}

class MemorySnapshots implements SnapshotStore {
  readonly #kept: { readonly snapshot: StoredSnapshot; readonly sha256: string }[] = [];

  async save({ position, format, state: slices }: Snapshot): Promise<void> {
    const state = [...slices];
    this.#kept.unshift({ snapshot: { position, format, state }, sha256: sha256(state) });
    this.#kept.length = Math.min(this.#kept.length, 2);
  }

  async latest(head: number, warn: WarningListener): Promise<StoredSnapshot | undefined> {
    return this.#kept.find((kept) => {
      const { position, state } = kept.snapshot;
      const intact = sha256(state) === kept.sha256 && position <= head;
      if (!intact) warn(`the snapshot at ${position} is passed over`);
      return intact;
    })?.snapshot;
  }

  /** Damages what was saved last. */
  corruptNewest(): void {
    const [newest] = this.#kept;
    if (newest) this.#kept[0] = { ...newest, sha256: 'damaged' };
  }
}

function sha256(slices: readonly string[]): string {
  return createHash('sha256').update(slices.join('')).digest('hex');
}

function toEvent(row: Row, position: number): StoredEvent {
  const { epoch, id, stream, type, schema, time, correlationId, causationId } = row;
  const actor = JSON.parse(row.actor) as Actor;
  const data = JSON.parse(row.data) as unknown;
  return { position, epoch, id, stream, type, schema, time, actor, correlationId, causationId, data };
}
