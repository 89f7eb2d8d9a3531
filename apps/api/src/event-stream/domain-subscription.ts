import { appIdsOf, cloudEventType, matchesGlob, recorded } from '#bus-events';
import type { StoredEvent } from '#event-log';
import { listParam, type Query } from '../paths/query.js';
import type { LogEntry } from './log-entry.js';
import { Parcel, type Piece } from './parcel.js';
import type { Subscription } from './subscription.js';

/** How events are framed: as server-sent events, or one to a line. */
export type DomainForm = 'sse' | 'lines';

const HEARTBEATS: Readonly<Record<DomainForm, Parcel>> = {
  sse: Parcel.emptyLine('\r\n'),
  lines: Parcel.emptyLine('\n'),
};

/** What a subscriber of `/ekiden/v1/stream` wants: the events of the log themselves, as CloudEvents. */
export class DomainSubscription implements Subscription {
  readonly key: string;
  readonly heartbeat: Parcel;
  readonly announced = false;
  private readonly types: ReadonlySet<string>;
  private readonly apps: readonly string[];
  private readonly streams: ReadonlySet<string>;

  constructor(
    query: Query,
    private readonly form: DomainForm,
  ) {
    this.heartbeat = HEARTBEATS[form];
    this.types = new Set(listParam(query, 'type'));
    this.apps = listParam(query, 'app');
    this.streams = new Set(listParam(query, 'stream'));
    const { types, apps, streams } = this;
    this.key = JSON.stringify([form, [...types].toSorted(), apps.toSorted(), [...streams].toSorted()]);
  }

  pieceOf(entry: LogEntry): Piece | undefined {
    if (!this.accepts(entry.stored)) return undefined;
    const bytes = this.form === 'sse' ? entry.asServerSentEvent : entry.asLine;
    return { chunks: [bytes], messages: 1, countedBytes: bytes.length };
  }

  /** What is not on the log is not part of this stream. */
  pieceOfAnnouncement(): undefined {
    return undefined;
  }

  /** Positions have no gaps, so whoever counts them sees one by itself. */
  pieceOfGap(): undefined {
    return undefined;
  }

  private accepts(stored: StoredEvent): boolean {
    const { type, stream } = stored;
    return (
      (this.types.size === 0 || this.types.has(type) || this.types.has(cloudEventType(type))) &&
      (this.streams.size === 0 || this.streams.has(stream)) &&
      (this.apps.length === 0 ||
        appIdsOf(recorded(stored)).some((appId) => this.apps.some((pattern) => matchesGlob(pattern, appId))))
    );
  }
}
