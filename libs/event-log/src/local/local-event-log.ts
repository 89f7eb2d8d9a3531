import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogFencedError, LogUnavailableError } from '../errors.js';
import type {
  BatchHandler,
  EventLog,
  NewEvent,
  PositionRange,
  Snapshot,
  StoredEvent,
  StoredSnapshot,
  Subscription,
} from '../port.js';
import { upcastPage, type Upcaster } from '../upcasting/upcaster.js';
import { encodeBatch } from './encode.js';
import { GroupCommit, type PendingAppend } from './group-commit.js';
import { LiveTail } from './live-tail.js';
import type { Growth, LogStore, WarningListener } from './log-store.js';
import { SerialQueue } from './serial-queue.js';
import { Subscriptions } from './subscriptions.js';

export interface LocalEventLogOptions {
  readonly store: LogStore;
  readonly upcaster: Upcaster;
  /** Told about things that are wrong but can be passed over, such as a damaged snapshot. */
  readonly onWarning: WarningListener;
}

/** Big enough to spread the cost of a query, small enough to stay in the processor's cache (docs/adr/0002). */
const PAGE_EVENTS = 256;

/** Order, terms, positions and deliveries over a {@link LogStore}. */
export class LocalEventLog implements EventLog {
  readonly #store: LogStore;
  readonly #upcaster: Upcaster;
  readonly #warn: WarningListener;
  readonly #writes: GroupCommit;
  readonly #snapshotSaves = new SerialQueue();
  readonly #subscriptions: Subscriptions;
  readonly #tail = new LiveTail();
  #head: number;
  #epoch: number;
  /** False while a failed write has left it open where the log ends. */
  #headIsCertain = true;
  /** The term in which an append failed: what came after it rested on it, so the whole term is over. */
  #endOfTerm: { readonly epoch: number; readonly cause: LogUnavailableError | LogFencedError } | undefined;
  /** The term from which events of another log are taken in: theirs may be higher. */
  #adoptingSince: number | undefined;
  #closing: Promise<void> | undefined;

  constructor({ store, upcaster, onWarning }: LocalEventLogOptions) {
    this.#store = store;
    this.#upcaster = upcaster;
    this.#warn = onWarning;
    ({ head: this.#head, epoch: this.#epoch } = store.state());
    this.#writes = new GroupCommit((group) => this.#commit(group), store.grouping);
    this.#subscriptions = new Subscriptions({
      head: () => this.#head,
      readBatches: (after) => this.#readBatches(after),
    });
    store.onGrowth?.((growth) => this.#grow(growth));
  }

  get file(): string | undefined {
    return this.#store.file;
  }

  async claimEpoch(): Promise<number> {
    this.#assertOpen();
    return this.#writes.exclusively(async () => {
      if (!this.#headIsCertain) await this.#store.recover();
      const { epoch, head } = await this.#store.claimEpoch();
      this.#epoch = epoch;
      this.#head = head;
      this.#headIsCertain = true;
      return epoch;
    });
  }

  /** Not `async`: the promise of the group is handed on as it is, for this is called more often than all the rest. */
  append(events: readonly NewEvent[], epoch: number): Promise<PositionRange> {
    try {
      this.#assertOpen();
      return this.#writes.append(encodeBatch(events), events, epoch);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async adopt(events: readonly StoredEvent[], epoch: number): Promise<void> {
    this.#assertOpen();
    await this.#writes.exclusively(async () => {
      if (epoch < this.#epoch && epoch !== this.#adoptingSince) throw new LogFencedError(epoch, this.#epoch);
      this.#adoptingSince = epoch;
      await this.#ascertainHead();
      const isContinuation = events.every(({ position }, index) => position === this.#head + index + 1);
      if (!isContinuation)
        throw new RangeError(`the events do not continue the log, which ends at ${this.#head}`);
      for (const term of byTerm(events)) await this.#adoptTerm(term);
    });
  }

  /** Events of one term, as one batch. */
  async #adoptTerm(events: readonly StoredEvent[]): Promise<void> {
    const [{ position: first, epoch } = { position: this.#head, epoch: this.#epoch }] = events;
    await this.#store.commit({ batches: [encodeBatch(events)], first, epoch });
    this.#epoch = Math.max(this.#epoch, epoch);
    if (this.#head < first) this.#tail.pushStored(events);
    this.#head = first + events.length - 1;
    this.#subscriptions.wake();
  }

  async read(after: number, limit: number): Promise<readonly StoredEvent[]> {
    this.#assertOpen();
    const to = Math.min(after + limit, this.#head);
    const events: StoredEvent[] = [];
    for (let from = after; from < to; from += PAGE_EVENTS) {
      events.push(...this.#readPage(from, Math.min(from + PAGE_EVENTS, to)));
    }
    return events;
  }

  async replay(after: number, handler: (page: readonly StoredEvent[]) => void): Promise<number> {
    this.#assertOpen();
    const head = this.#head;
    for (let from = after; from < head; from += PAGE_EVENTS) {
      handler(this.#readPage(from, Math.min(from + PAGE_EVENTS, head)));
      await nextTurn();
      this.#assertOpen();
    }
    return head;
  }

  async head(): Promise<number> {
    this.#assertOpen();
    return this.#head;
  }

  subscribe(after: number, handler: BatchHandler): Subscription {
    this.#assertOpen();
    return this.#subscriptions.subscribe(after, handler);
  }

  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    this.#assertOpen();
    await this.#snapshotSaves.run(() => this.#store.snapshots.save(snapshot));
  }

  async latestSnapshot(): Promise<StoredSnapshot | undefined> {
    this.#assertOpen();
    return this.#store.snapshots.latest(this.#head, this.#warn);
  }

  async checkWritable(): Promise<void> {
    this.#assertOpen();
    await this.#writes.exclusively(async () => {
      const end = this.#headIsCertain ? this.#head : await this.#store.recover();
      if (end !== undefined) this.#settleHead(end);
      await this.#store.probe();
    });
  }

  async sizeBytes(): Promise<number> {
    this.#assertOpen();
    return this.#store.sizeBytes();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#subscriptions.close();
    await this.#writes.idle();
    await this.#snapshotSaves.idle();
    await this.#store.close();
  }

  #assertOpen(): void {
    if (this.#closing) throw new LogUnavailableError('closed', 'the event log is closed');
  }

  #readPage(after: number, to: number): readonly StoredEvent[] {
    return upcastPage(this.#store.readRange(after, to), this.#upcaster);
  }

  #readBatches(after: number): readonly StoredEvent[] {
    const recent = this.#tail.after(after, PAGE_EVENTS);
    if (recent !== undefined) return upcastPage(recent, this.#upcaster);
    const enough = after + PAGE_EVENTS;
    return this.#readPage(after, enough >= this.#head ? this.#head : this.#store.endOfBatch(enough));
  }

  /** Makes a group durable and settles each of its appends. */
  async #commit(group: readonly PendingAppend[]): Promise<void> {
    const accepted = group.filter((pending) => this.#admits(pending));
    if (accepted.length === 0) return;
    try {
      await this.#write(accepted);
    } catch (error) {
      this.#endOfTerm = { epoch: this.#epoch, cause: error as LogUnavailableError | LogFencedError };
      for (const pending of accepted) pending.reject(error as Error);
      return;
    }
    this.#subscriptions.wake();
  }

  #admits({ epoch, reject }: PendingAppend): boolean {
    if (epoch === this.#endOfTerm?.epoch) {
      reject(repeated(this.#endOfTerm.cause));
      return false;
    }
    if (epoch === this.#epoch) return true;
    reject(
      epoch < this.#epoch
        ? new LogFencedError(epoch, this.#epoch)
        : new RangeError(`term ${epoch} was never claimed: the log is at term ${this.#epoch}`),
    );
    return false;
  }

  async #write(accepted: readonly PendingAppend[]): Promise<void> {
    await this.#ascertainHead();
    const before = this.#head;
    // Not the newest term known: that of another node may be read while this group is on its way.
    const { epoch = this.#epoch } = accepted[0] ?? {};
    const after = accepted.reduce((head, { batch }) => head + batch.length, before);
    try {
      const batches = accepted.map(({ batch }) => batch);
      await this.#store.commit({ batches, first: before + 1, epoch });
    } catch (failure) {
      await this.#settleFailure(failure, after);
    }
    // Unless it was read back from a store that others share, which has announced it already.
    const isNews = this.#head === before;
    this.#head = after;
    let position = before;
    for (const { batch, events, resolve } of accepted) {
      if (isNews) this.#tail.push(events, position + 1, epoch);
      resolve({ first: position + 1, last: position + batch.length });
      position += batch.length;
    }
  }

  /** A failed commit is settled by looking: if the log ends where it would have ended, the group is on it after all. */
  async #settleFailure(failure: unknown, intendedHead: number): Promise<void> {
    if (failure instanceof LogFencedError) throw failure;
    this.#headIsCertain = false;
    const end = await this.#store.recover().catch(() => undefined);
    if (end === undefined) {
      const { code, message } = failure as LogUnavailableError;
      throw new LogUnavailableError(code, message, { outcomeUnknown: true, cause: failure });
    }
    this.#headIsCertain = true;
    if (end === intendedHead) return;
    this.#head = end;
    throw failure;
  }

  async #ascertainHead(): Promise<void> {
    if (this.#headIsCertain) return;
    const end = await this.#store.recover();
    if (end === undefined) {
      throw new LogUnavailableError('io', 'where the log ends is known only after a new term has begun');
    }
    this.#settleHead(end);
  }

  #settleHead(end: number): void {
    this.#head = end;
    this.#headIsCertain = true;
  }

  /** Others have put something on the log. */
  #grow({ batches, epoch }: Growth): void {
    this.#epoch = Math.max(this.#epoch, epoch);
    for (const batch of batches) {
      this.#tail.pushStored(batch);
      this.#head = batch.at(-1)?.position ?? this.#head;
    }
    this.#subscriptions.wake();
  }
}

/** Neighbours of one term together, in order. */
function byTerm(events: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] {
  const terms: StoredEvent[][] = [];
  for (const event of events) {
    const current = terms.at(-1);
    if (current?.[0]?.epoch === event.epoch) current.push(event);
    else terms.push([event]);
  }
  return terms;
}

/** The reason again, for each append that it concerns. */
function repeated(cause: LogUnavailableError | LogFencedError): Error {
  if (cause instanceof LogFencedError) return new LogFencedError(cause.epoch, cause.currentEpoch);
  return new LogUnavailableError(cause.code, cause.message, { cause });
}
