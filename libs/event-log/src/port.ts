/** Who asked for a change (`spec/operations.md` §18.1). */
export interface Actor {
  readonly kind: 'user' | 'system' | 'mesos' | 'import';
  readonly name?: string;
  readonly address?: string;
  readonly via?: string;
  /** Whom the client says it acts for. Claimed, not proven. */
  readonly onBehalfOf?: string;
  /** Why, in the client's words. */
  readonly reason?: string;
}

/** What the writer hands over: everything but the position and the leader term. */
export interface NewEvent {
  /** Unique over the whole log. */
  readonly id: string;
  /** What the event is about: `app:/a/b`, `instance:<id>`, `deployment:<id>`, `group:/`, `webhook:<id>`, `framework`, `cluster`. */
  readonly stream: string;
  readonly type: string;
  /** Version of the shape of `data`, counted per type from 1. */
  readonly schema: number;
  /** Epoch milliseconds; the writer keeps it non-decreasing. */
  readonly time: number;
  readonly actor: Actor;
  /** The command (or deployment) this event belongs to. */
  readonly correlationId: string;
  /** The event that led here, if one did. */
  readonly causationId: string | null;
  /** A JSON value. */
  readonly data: unknown;
  /** What the writer lets those know who follow it in its own process. Not stored, so nobody else ever sees it. */
  readonly folded?: unknown;
}

/** An event as it stands on the log. */
export interface StoredEvent extends NewEvent {
  /** 1, 2, 3 …, without gaps. */
  readonly position: number;
  /** The leader term that wrote it. */
  readonly epoch: number;
}

/** State folded up to `position`: a cache that can be thrown away at any time. */
export interface Snapshot {
  readonly position: number;
  /** Version of the shape of `state`; a reader that does not know it ignores the snapshot and replays. */
  readonly format: number;
  /**
   * Text in slices that end where lines do, or where the text does. Those of a snapshot to be saved may be made while it is
   * being saved: a big state is never held as text as a whole.
   */
  readonly state: Iterable<string>;
}

/** A snapshot that was saved. */
export interface StoredSnapshot extends Snapshot {
  readonly state: readonly string[];
}

/** The positions one batch was given, both ends included. */
export interface PositionRange {
  readonly first: number;
  readonly last: number;
}

/** A running delivery of events; see {@link EventLog.subscribe}. */
export interface Subscription {
  /**
   * Stops the delivery; resolves when no handler call is running any more. A handler that closes its own
   * subscription must not await this.
   */
  close(): Promise<void>;
  /**
   * Settles once, when the delivery has ended: with the error that ended it (the handler threw, or the log could not
   * be read), or with `undefined` after `close()` of the subscription or of the log. It never rejects.
   */
  readonly ended: Promise<Error | undefined>;
}

export type BatchHandler = (batch: readonly StoredEvent[]) => void | Promise<void>;

/**
 * The one totally ordered log everything is derived from. Every adapter passes the contract suite in
 * `contract.fixture.ts`. After `close()` all methods reject (`subscribe` throws) with {@link LogUnavailableError} `closed`.
 */
export interface EventLog {
  /**
   * The SQLite file in which everything that is on the log can be read, by other threads too ({@link EventFile});
   * absent for a log in memory.
   */
  readonly file: string | undefined;

  /** Starts a leader term: durably claims `highest epoch + 1`. Appends with a lower epoch are refused from now on. */
  claimEpoch(): Promise<number>;

  /**
   * Puts one batch on the log, whole or not at all; resolves when it is flushed to disk. Calls that wait at the same
   * time share one flush, in call order.
   *
   * Calls need not wait for each other: once one of them fails, every later one of the same term is refused with the
   * same code, so that no batch gets onto the log without those it rests on. A new term begins with `claimEpoch`.
   *
   * An empty batch is a bug of the caller and rejects with a `RangeError`.
   *
   * @throws {LogFencedError} a newer term has begun; nothing was written.
   * @throws {LogUnavailableError} `disk-full`, `closed` or `io`; nothing was written, unless `outcomeUnknown` is set:
   *   then the writer must rebuild its state from the log before it decides anything else.
   */
  append(events: readonly NewEvent[], epoch: number): Promise<PositionRange>;

  /**
   * Puts events of another log on this one as they are, with their positions and terms, whole or not at all. They must
   * continue this log, and `epoch` be the term claimed last: for copying a log, while nobody else writes.
   *
   * @throws {RangeError} they do not begin right behind the head, or have gaps.
   * @throws {LogFencedError} or {LogUnavailableError} as `append`.
   */
  adopt(events: readonly StoredEvent[], epoch: number): Promise<void>;

  /** Up to `limit` events with a position above `after`, in order. */
  read(after: number, limit: number): Promise<readonly StoredEvent[]>;

  /**
   * The fast path for recovery: hands every event above `after`, up to the head at the time of the call, to `handler`
   * in pages and in order, giving the event loop a turn between pages. Resolves with that head; rejects with what
   * `handler` throws.
   */
  replay(after: number, handler: (page: readonly StoredEvent[]) => void): Promise<number>;

  /** Position of the newest durable event; 0 for an empty log. */
  head(): Promise<number>;

  /**
   * Delivers every durable event above `after`, each once and in order: first from storage, then live, without a seam.
   * A batch that was appended together is never split over two deliveries. The next delivery waits for the promise
   * `handler` returned, so a slow handler slows down only itself.
   */
  subscribe(after: number, handler: BatchHandler): Subscription;

  /** Takes slices one by one and gives the event loop a turn between them. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;

  /** The newest snapshot that is intact, if any. Damaged ones are reported to the log's `onWarning` and passed over. */
  latestSnapshot(): Promise<StoredSnapshot | undefined>;

  /** Resolves iff an append could be made durable now; rejects as `append` would. */
  checkWritable(): Promise<void>;

  /** Disk space the log takes, including its journals and snapshots. */
  sizeBytes(): Promise<number>;

  /** Finishes the appends already accepted, ends all subscriptions and releases the store. May be called twice. */
  close(): Promise<void>;
}
