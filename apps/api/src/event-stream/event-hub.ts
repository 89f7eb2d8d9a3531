import type { ServerResponse } from 'node:http';
import { busEvent, type BusEvent } from '#bus-events';
import { formatTimestamp } from '#domain';
import type { StoredEvent } from '#event-log';
import type { Logger, Metrics } from '#observability';
import type { ApiOptions } from '../api-options.js';
import type { ApiParts } from '../api-parts.js';
import { GAP } from './bus-subscription.js';
import { Channel } from './channel.js';
import { DeliveryRounds } from './delivery-rounds.js';
import { Frame } from './frame.js';
import { inSlices } from './in-slices.js';
import { LogEntry } from './log-entry.js';
import { Parcel, type Piece } from './parcel.js';
import { Replay } from './replay.js';
import { StreamConnection, type StreamLimits, type StreamObserver } from './stream-connection.js';
import type { StreamSpan, Subscription } from './subscription.js';

const HEARTBEAT_MS = 10_000;

/** Who listens. */
export interface Subscriber {
  /** Its response, whose head is sent. */
  readonly response: ServerResponse;
  /** Its address, without port. */
  readonly address: string;
}

/**
 * All subscribers of `/v2/events` and `/ekiden/v1/stream`. Feeds them from the projection, after reads show an event, so
 * that whoever saw it and then reads, sees it there too (`design.md` §6).
 */
export class EventHub {
  private readonly open = new Map<StreamConnection, Subscription>();
  /** Those that have caught up and get events as they come, by what they want. */
  private readonly channels = new Map<string, Channel>();
  private readonly rounds = new DeliveryRounds(this.channels);
  private readonly replay: Replay;
  private readonly limits: StreamLimits;
  private readonly observer: StreamObserver;
  private readonly logger: Logger;
  private readonly nowMs: () => number;
  private readonly heartbeats: NodeJS.Timeout;
  private closing = false;

  constructor(options: ApiOptions, parts: Pick<ApiParts, 'projection' | 'reads' | 'term'>) {
    const { configuration, metrics, logging, log } = options;
    this.logger = logging.logger('api.event-stream');
    this.nowMs = options.nowMs ?? Date.now;
    this.limits = {
      messages: configuration.eventStreamMaxOutstandingMessages,
      bytes: configuration.eventStreamMaxOutstandingBytes,
    };
    this.observer = createObserver(metrics);
    this.replay = new Replay(log, parts);
    metrics.gauge('http.event-streams.active').readFrom(() => this.open.size);
    parts.projection.observe((events) => this.publish(events));
    this.heartbeats = setInterval(() => this.beat(), options.eventStreamHeartbeatMs ?? HEARTBEAT_MS);
    this.heartbeats.unref();
  }

  /**
   * Starts a stream. A subscriber of the bus first sees its own `event_stream_attached`; then comes what was missed,
   * then everything live, without a gap (`spec/operations.md` §2.4, §2.6).
   */
  subscribe({ response, address }: Subscriber, subscription: Subscription, span: StreamSpan): void {
    const connection = new StreamConnection(response, this.limits, this.observer);
    this.open.set(connection, subscription);
    response.once('close', () => this.forget(connection, address));
    if (this.closing) return connection.end();
    if (subscription.announced) {
      const attached = this.frameNow('event_stream_attached', { remoteAddress: address });
      deliver(connection, subscription.pieceOfAnnouncement(attached));
      this.tellLive(attached);
    }
    this.logger.info({ address, ...span }, 'event stream attached');
    if (span.after === undefined && span.until === undefined) this.join(connection, subscription);
    else void this.catchUp(connection, subscription, span);
  }

  /** Tells those who listen now of something that is not on the log. */
  announce(event: BusEvent): void {
    if (this.channels.size > 0) this.tellLive(new Frame(event));
  }

  /** Ends every stream. */
  close(): void {
    this.closing = true;
    clearInterval(this.heartbeats);
    this.rounds.close();
    for (const connection of this.open.keys()) connection.end();
  }

  private publish(events: readonly StoredEvent[]): void {
    if (this.channels.size === 0) return;
    const entries = events.map((stored) => new LogEntry(stored));
    for (const channel of this.channels.values()) {
      for (const entry of entries) channel.add(channel.subscription.pieceOf(entry));
    }
    this.rounds.tell();
  }

  private tellLive(frame: Frame): void {
    for (const channel of this.channels.values()) {
      channel.add(channel.subscription.pieceOfAnnouncement(frame));
    }
    this.rounds.tell();
  }

  private async catchUp(
    connection: StreamConnection,
    subscription: Subscription,
    span: StreamSpan,
  ): Promise<void> {
    try {
      await this.replay.run(span, {
        connection,
        give: (entries) => deliver(connection, ...entries.map((entry) => subscription.pieceOf(entry))),
        missed: (oldest, requested) =>
          deliver(connection, subscription.pieceOfGap(this.frameNow(GAP, { oldest, requested }))),
        join: () => this.join(connection, subscription),
      });
    } catch (error) {
      this.logger.error({ error, ...span }, 'replay for an event stream failed');
      connection.end();
    }
  }

  private join(connection: StreamConnection, subscription: Subscription): void {
    let channel = this.channels.get(subscription.key);
    if (channel === undefined) {
      channel = new Channel(subscription);
      this.channels.set(subscription.key, channel);
    }
    channel.join(connection);
  }

  private forget(connection: StreamConnection, address: string): void {
    const subscription = this.open.get(connection);
    if (subscription === undefined) return;
    this.open.delete(connection);
    const channel = this.channels.get(subscription.key);
    channel?.leave(connection);
    if (channel?.size === 0) this.channels.delete(subscription.key);
    if (subscription.announced) {
      this.tellLive(this.frameNow('event_stream_detached', { remoteAddress: address }));
    }
    this.logger.info({ address }, 'event stream detached');
  }

  private beat(): void {
    inSlices([...this.open], ([connection, { heartbeat }]) => connection.nudge(heartbeat));
  }

  private frameNow(type: string, fields: Readonly<Record<string, unknown>>): Frame {
    return new Frame(busEvent(type, formatTimestamp(this.nowMs()), [], fields));
  }
}

/** Hands a reader, in one write, what it wants of several events. */
function deliver(connection: StreamConnection, ...pieces: readonly (Piece | undefined)[]): void {
  const wanted = pieces.filter((piece) => piece !== undefined);
  if (wanted.length > 0) connection.deliver(new Parcel(wanted));
}

function createObserver(metrics: Metrics): StreamObserver {
  const bytes = metrics.counter('http.responses.event-stream.size');
  const dropped = metrics.counter('event-streams.dropped-slow');
  return {
    sent: (countedBytes) => bytes.increment(countedBytes),
    tooSlow: () => dropped.increment(),
  };
}
