import { matchesGlob, type BusEvent } from '#bus-events';
import { booleanParam, listParam, textParam, type Query } from '../paths/query.js';
import type { Frame } from './frame.js';
import type { LogEntry } from './log-entry.js';
import { Parcel, type Piece } from './parcel.js';
import type { Subscription } from './subscription.js';

/** The first frame for whoever asks for what is not on the log any more (`spec/operations.md` §2.6). */
export const GAP = 'event_gap_event';

/**
 * Event types that Marathon never had. Some of its clients break on them, so they go only to those who name them or ask
 * for all (§2.6).
 */
const NEW_TYPES: ReadonlySet<string> = new Set([GAP]);

const EMPTY_LINE = Parcel.emptyLine('\r\n');

/** What a subscriber of `/v2/events` wants (`spec/operations.md` §2.1, §2.6). */
export class BusSubscription implements Subscription {
  readonly key: string;
  readonly heartbeat = EMPTY_LINE;
  readonly announced = true;
  private readonly types: ReadonlySet<string>;
  private readonly apps: readonly string[];
  private readonly withIds: boolean;
  private readonly extended: boolean;
  private readonly toldOfGap: boolean;

  constructor(query: Query) {
    this.types = new Set(listParam(query, 'event_type'));
    this.apps = listParam(query, 'app');
    this.withIds = booleanParam(query, 'ids', true);
    this.extended = booleanParam(query, 'extended', false);
    const { types, apps, withIds, extended } = this;
    // Not for the header alone that libraries add on their own.
    const asksForPast = types.size === 0 && textParam(query, 'since') !== undefined;
    this.toldOfGap = extended || asksForPast || types.has(GAP);
    this.key = JSON.stringify(['bus', [...types].toSorted(), apps.toSorted(), withIds, extended]);
  }

  /**
   * Only the last of the frames of one position carries the id: a reader that is cut off between two of them resumes
   * before both and misses none.
   */
  pieceOf({ busFrames }: LogEntry): Piece | undefined {
    const wanted = busFrames.filter(({ event }) => this.accepts(event));
    const last = wanted.at(-1);
    if (last === undefined) return undefined;
    return {
      chunks: wanted.map((frame) => (this.withIds && frame === last ? frame.withId : frame.bytes)),
      messages: wanted.length,
      countedBytes: wanted.reduce((sum, frame) => sum + frame.countedBytes, 0),
    };
  }

  pieceOfAnnouncement(frame: Frame): Piece | undefined {
    return this.accepts(frame.event) ? pieceOfFrame(frame) : undefined;
  }

  pieceOfGap(frame: Frame): Piece | undefined {
    return this.toldOfGap ? pieceOfFrame(frame) : undefined;
  }

  private accepts({ type, appIds }: BusEvent): boolean {
    const isWantedType = this.types.size === 0 ? this.extended || !NEW_TYPES.has(type) : this.types.has(type);
    return (
      isWantedType &&
      (this.apps.length === 0 ||
        appIds.some((appId) => this.apps.some((pattern) => matchesGlob(pattern, appId))))
    );
  }
}

const pieceOfFrame = (frame: Frame): Piece => ({
  chunks: [frame.bytes],
  messages: 1,
  countedBytes: frame.countedBytes,
});
