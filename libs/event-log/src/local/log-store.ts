import type { NewEvent, Snapshot, StoredEvent, StoredSnapshot } from '../port.js';

/** An event as it is written: the JSON parts are already text, so that later changes of the objects cannot matter. */
export interface EncodedEvent extends Omit<NewEvent, 'actor' | 'data'> {
  /** JSON text. */
  readonly actor: string;
  /** JSON text. */
  readonly data: string;
}

/** The events of one `append`; never empty. */
export type EncodedBatch = readonly EncodedEvent[];

/** Several batches on their way to the disk in one flush. */
export interface Group {
  readonly batches: readonly EncodedBatch[];
  /** Position of the first event of the first batch. */
  readonly first: number;
  readonly epoch: number;
  /** Kept with the group, in the same transaction: how far a mirror has read what it mirrors. */
  readonly mark?: number;
}

/** Where a log stands. */
export interface LogState {
  readonly head: number;
  readonly epoch: number;
}

export type WarningListener = (message: string, cause?: unknown) => void;

/** What others have put on the log: whole batches, in order, and the term of the newest. */
export interface Growth {
  readonly batches: readonly (readonly StoredEvent[])[];
  readonly epoch: number;
}

/** How appends are best put together for a store whose commits take long, however little is in them. */
export interface Grouping {
  /** In one commit at most, unless a single batch is bigger. */
  readonly maxEvents: number;
  /** When no append has come for so long, no more are waited for. */
  readonly quietMs: number;
  /** So long at most the next commit had better wait for appends that still arrive; 0 when it need not. */
  patienceMs(): number;
}

/**
 * What a storage medium has to offer; `LocalEventLog` makes an `EventLog` of it. Writing methods (`commit`, `claimEpoch`,
 * `recover`, `probe`) are called one at a time. Failures are `LogUnavailableError`s.
 */
export interface LogStore {
  /** The SQLite file that holds the events, if one does. */
  readonly file?: string;
  state(): LogState;
  /**
   * Makes the whole group durable, or nothing of it.
   *
   * @throws {LogFencedError} where others write, too: one of them has begun a newer term.
   */
  commit(group: Group): Promise<void>;
  /** Begins the next term and says where the log stands then. */
  claimEpoch(): Promise<LogState>;
  /**
   * After a failed write: undoes what may still be open and says where the log really ends; nothing when only a new
   * term can tell.
   */
  recover(): Promise<number | undefined>;
  /** Makes a small write durable, to see whether that is possible. */
  probe(): Promise<void>;
  /** Every event with `after < position <= to`, in order; both lie within the log. */
  readRange(after: number, to: number): readonly StoredEvent[];
  /** The last position of the batch that `position` belongs to. */
  endOfBatch(position: number): number;
  /** Calls `listener` with everything that is put on the log by others. Not offered where there are no others. */
  readonly onGrowth?: (listener: (growth: Growth) => void) => void;
  readonly grouping?: Grouping;
  readonly snapshots: SnapshotStore;
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Keeps the newest few snapshots. */
export interface SnapshotStore {
  save(snapshot: Snapshot): Promise<void>;
  /** The newest intact snapshot at or before `head`; what is passed over is reported. */
  latest(head: number, warn: WarningListener): Promise<StoredSnapshot | undefined>;
}
