import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { LogFencedError, LogUnavailableError } from '../errors.js';
import type { Group, Growth, LogState, LogStore, SnapshotStore } from '../local/log-store.js';
import type { StoredEvent } from '../port.js';
import type { SqliteStore } from '../sqlite/sqlite-store.js';
import { CommitPace } from './commit-pace.js';
import { isFenced, isRefusal, reasonOf, toUnavailable } from './failures.js';
import { Mirror, type MarkSeen } from './mirror.js';
import { controlRecord, eventRecord, type ControlKind } from './record.js';
import type { RecordHandler, TopicReader } from './topic-reader.js';
import type { TopicWriter } from './topic-writer.js';

/** Pause before the place on the topic is taken again after a broker has failed. */
const RETRY_PAUSE_MS = 250;

/** Without anything new for so long, a node that starts gives up. */
const STALL_LIMIT_MS = 30_000;

/** How long a mark that was written may take to be read. */
const READ_BACK_LIMIT_MS = 15_000;

export interface KafkaStoreParts {
  readonly topic: string;
  readonly mirrorStore: SqliteStore;
  readonly writer: TopicWriter;
  readonly createReader: (handler: RecordHandler) => TopicReader;
  /** Rejects while the topic takes no writes. */
  readonly probe: () => Promise<void>;
  readonly appendTimeoutMs: number;
  readonly mayWrite: () => boolean;
  readonly onWarning: (message: string) => void;
  readonly onLost: (error: Error) => void;
}

/** A promise that others settle. Nobody need be waiting for it when it fails. */
class Outcome<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** A group that may or may not be on the topic. */
interface Unsettled {
  readonly group: Group;
  readonly records: readonly Message[];
  /** On the monotonic clock: how long it is worth finding out. */
  readonly deadlineMs: number;
}

/** Somebody who waits for a mark to be read. */
interface MarkWaiter {
  readonly mark: string;
  resolve(seen: MarkSeen): void;
  /** Nothing more will be read. */
  reject(error: Error): void;
}

/**
 * A log on one Kafka topic, which many nodes read and one writes. While this node follows, what it reads goes into its
 * mirror; while it writes, what the brokers have committed does, and nothing is read.
 *
 * A term begins with a record that fences the former writer and is read back, so that everything before it is known. When
 * a broker fails in the middle of a term, whether a group got onto the topic is found out in the same way.
 */
export class KafkaStore implements LogStore {
  readonly grouping = new CommitPace();
  readonly #parts: KafkaStoreParts;
  readonly #mirror: Mirror;
  readonly #reader: TopicReader;
  readonly #atEnd = new Outcome<void>();
  #growth: (growth: Growth) => void = () => undefined;
  #waiter: MarkWaiter | undefined;
  #lost: Error | undefined;
  #isFollowing = false;

  constructor(parts: KafkaStoreParts) {
    this.#parts = parts;
    this.#mirror = new Mirror({
      topic: parts.topic,
      store: parts.mirrorStore,
      onGrowth: (growth) => this.#growth(growth),
      onMark: (seen) => this.#seen(seen),
      onWarning: parts.onWarning,
    });
    this.#reader = parts.createReader({
      handle: (messages) => this.#mirror.take(messages),
      reachedEnd: () => this.#atEnd.resolve(),
      troubled: (reason) => parts.onWarning(`the topic cannot be read at the moment: ${reason}`),
      failed: (error) => this.#fail(error),
    });
  }

  get snapshots(): SnapshotStore {
    return this.#parts.mirrorStore.snapshots;
  }

  /** Offset of the last record that this node has read. */
  get mark(): number {
    return this.#mirror.mark;
  }

  /**
   * Begins to follow the topic. Resolves when this node has read what is on it; rejects when it cannot, or nothing comes
   * for too long. From then on it is told by `onLost` when the topic cannot be followed any more.
   */
  async follow(): Promise<void> {
    this.#startReading();
    let mark = this.mark;
    const watch = setInterval(() => {
      if (this.mark === mark)
        this.#atEnd.reject(new Error(`nothing could be read for ${STALL_LIMIT_MS / 1000} s`));
      mark = this.mark;
    }, STALL_LIMIT_MS);
    try {
      await this.#atEnd.promise;
      this.#isFollowing = true;
    } finally {
      clearInterval(watch);
    }
  }

  onGrowth(listener: (growth: Growth) => void): void {
    this.#growth = listener;
  }

  state(): LogState {
    return this.#mirror.state;
  }

  async claimEpoch(): Promise<LogState> {
    this.#assertReadable();
    try {
      const { head, epoch } = await this.#synchronise('term', performance.now() + READ_BACK_LIMIT_MS);
      return { head, epoch };
    } catch (error) {
      this.#startReading();
      throw toUnavailable(error, this.#parts.topic);
    }
  }

  async commit(group: Group): Promise<void> {
    this.#assertReadable();
    const records = recordsOf(group, this.#source);
    const startedMs = performance.now();
    const mark = await this.#put(group, records);
    if (mark !== undefined) await this.#mirror.write(group, mark);
    this.grouping.committed(records.length, performance.now() - startedMs);
  }

  /** As {@link #settle}. When it fails this node follows again. */
  async #put(group: Group, records: readonly Message[]): Promise<number | undefined> {
    const deadlineMs = performance.now() + this.#parts.appendTimeoutMs;
    try {
      return await this.#parts.writer.commit(records);
    } catch (error) {
      try {
        return await this.#afterFailure({ group, records, deadlineMs }, error);
      } catch (failure) {
        this.#startReading();
        throw failure;
      }
    }
  }

  async #afterFailure(unsettled: Unsettled, error: unknown): Promise<number | undefined> {
    if (this.#isSucceeded(error)) throw this.#fenced(unsettled.group.epoch);
    // Parts of the group may be there, in a transaction that the next term ends.
    if (isRefusal(error)) throw toUnavailable(error, this.#parts.topic, true);
    return this.#settle(unsettled, error);
  }

  /** What a failed commit has left behind only the next term can tell. */
  async recover(): Promise<undefined> {
    return undefined;
  }

  async probe(): Promise<void> {
    this.#assertReadable();
    await this.#parts.mirrorStore.probe();
    try {
      await this.#parts.probe();
    } catch (error) {
      throw toUnavailable(error, this.#parts.topic);
    }
  }

  get file(): string {
    return this.#parts.mirrorStore.file;
  }

  readRange(after: number, to: number): readonly StoredEvent[] {
    return this.#parts.mirrorStore.readRange(after, to);
  }

  endOfBatch(position: number): number {
    return this.#parts.mirrorStore.endOfBatch(position);
  }

  sizeBytes(): Promise<number> {
    return this.#parts.mirrorStore.sizeBytes();
  }

  async close(): Promise<void> {
    this.#parts.writer.close();
    await this.#reader.close();
    await this.#parts.mirrorStore.close();
  }

  get #source(): string {
    return `/ekiden/${this.#parts.topic}`;
  }

  /**
   * A broker failed while a group was on its way. Takes the place on the topic again, as long as this node may, and looks
   * whether the group is there; if not, it is sent again.
   *
   * @returns the offset of its last event; nothing when it was read back, and is in the mirror already.
   */
  async #settle({ group, records, deadlineMs }: Unsettled, cause: unknown): Promise<number | undefined> {
    const { topic, mayWrite, onWarning, writer } = this.#parts;
    const before = group.first - 1;
    const newestTerm = Math.max(group.epoch, this.#mirror.state.epoch);
    let failure = cause;
    onWarning(`an append went wrong, looking what became of it: ${reasonOf(failure)}`);
    while (performance.now() < deadlineMs && mayWrite() && this.#lost === undefined) {
      try {
        this.#reader.forgetBrokers();
        const { head, epoch } = await this.#synchronise('checkpoint', deadlineMs);
        if (epoch > newestTerm) throw this.#fenced(group.epoch);
        if (head > before) return undefined;
        return await writer.commit(records);
      } catch (error) {
        if (error instanceof LogFencedError) throw error;
        if (this.#isSucceeded(error)) throw this.#fenced(group.epoch);
        failure = error;
        await delay(RETRY_PAUSE_MS);
      }
    }
    throw toUnavailable(failure, topic, true);
  }

  /** Writes a mark from the place on the topic, and reads up to it. Reading is over then. */
  async #synchronise(control: ControlKind, deadlineMs: number): Promise<MarkSeen> {
    const mark = randomUUID();
    const outcome = new Outcome<MarkSeen>();
    const limit = setTimeout(
      () => outcome.reject(new Error('what was written could not be read back in time')),
      Math.max(0, deadlineMs - performance.now()),
    );
    this.#waiter = { mark, ...outcome };
    this.#startReading();
    try {
      await this.#parts.writer.take(controlRecord(control, mark));
      return await outcome.promise;
    } finally {
      clearTimeout(limit);
      this.#waiter = undefined;
      this.#reader.stop();
    }
  }

  #seen(seen: MarkSeen): void {
    if (seen.mark !== this.#waiter?.mark) return;
    // Whatever else is on the topic is from now on what this node writes.
    this.#reader.stop();
    this.#waiter.resolve(seen);
  }

  #startReading(): void {
    this.#reader.stop();
    this.#reader.start(() => this.#mirror.beginReading());
  }

  #fail(error: Error): void {
    this.#lost = error;
    this.#atEnd.reject(error);
    this.#waiter?.reject(error);
    if (this.#isFollowing) this.#parts.onLost(error);
  }

  #assertReadable(): void {
    if (this.#lost !== undefined)
      throw new LogUnavailableError('io', this.#lost.message, { cause: this.#lost });
  }

  /**
   * The brokers also say that there is a newer writer when it was an earlier attempt of this one that reached them late.
   * While this node may write there can be no successor, so it looks what is on the topic.
   */
  #isSucceeded(error: unknown): boolean {
    return isFenced(error) && !this.#parts.mayWrite();
  }

  #fenced(epoch: number): LogFencedError {
    return new LogFencedError(epoch, Math.max(epoch + 1, this.#mirror.state.epoch));
  }
}

/** The records of a group in the order of their positions. */
function recordsOf({ batches, first, epoch }: Group, source: string): Message[] {
  let position = first;
  return batches.flatMap((batch) => {
    const last = batch.at(-1);
    return batch.map((event) =>
      eventRecord({ event, position: position++, epoch, endsBatch: event === last }, source),
    );
  });
}
