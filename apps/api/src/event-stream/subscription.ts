import type { Frame } from './frame.js';
import type { LogEntry } from './log-entry.js';
import type { Parcel, Piece } from './parcel.js';

/** What a subscriber wants to hear, and in which form. */
export interface Subscription {
  /** Subscriptions of one key hear the same, byte for byte. */
  readonly key: string;
  /** What goes out for an event of the log; nothing if it is not wanted. */
  pieceOf(entry: LogEntry): Piece | undefined;
  /** What goes out for an event that is not on the log. */
  pieceOfAnnouncement(frame: Frame): Piece | undefined;
  /** The notice that some of what is asked for is gone (`spec/operations.md` §2.6), for those who want it. */
  pieceOfGap(frame: Frame): Piece | undefined;
  /** What tells that the stream is alive when nothing else does. */
  readonly heartbeat: Parcel;
  /** Whether the others are told that this subscriber came, and that it went (`spec/operations.md` §2.4). */
  readonly announced: boolean;
}

/** Where a stream begins and ends. */
export interface StreamSpan {
  /** Replay begins behind this position; absent for live events only. */
  readonly after?: number;
  /** The stream ends when everything up to this position was sent; absent for streams that last. */
  readonly until?: number;
}
