import type { ServerResponse } from 'node:http';
import { busEvent, type BusEvent } from '#bus-events';
import { formatTimestamp } from '#domain';
import type { EventLog, StoredEvent } from '#event-log';
import type { Logger, Metrics } from '#observability';
import type { ApiOptions } from '../api-options.js';
import type { ApiParts } from '../api-parts.js';
import type { Projection } from '../projection/projection.js';
import { reachedWithin } from '../standby/reached-within.js';
import { Frame, framesOf } from './frame.js';
import { StreamConnection, type StreamLimits, type StreamObserver } from './stream-connection.js';
import type { StreamRequest } from './stream-request.js';

const HEARTBEAT_MS = 10_000;

/** How long a subscriber who is ahead of this node waits before the leader is asked about that once more. */
const ASK_AGAIN_MS = 2000;

/** Events read from the log at a time for a subscriber that catches up. */
const REPLAY_PAGE = 500;

/**
 * All subscribers of `/v2/events`. Feeds them from the projection, after reads show an event, so that whoever saw it
 * and then reads, sees it there too (`design.md` §6).
 */
export class EventHub {
  private readonly open = new Set<StreamConnection>();
  /** Those that have caught up and get events as they come. */
  private readonly live = new Set<StreamConnection>();
  private readonly limits: StreamLimits;
  private readonly observer: StreamObserver;
  private readonly log: EventLog;
  private readonly logger: Logger;
  private readonly nowMs: () => number;
  private readonly heartbeats: NodeJS.Timeout;
  private closing = false;

  constructor(
    options: ApiOptions,
    private readonly parts: Pick<ApiParts, 'projection' | 'reads' | 'term'>,
  ) {
    const { configuration, metrics, logging, log } = options;
    this.log = log;
    this.logger = logging.logger('api.event-stream');
    this.nowMs = options.nowMs ?? Date.now;
    this.limits = {
      messages: configuration.eventStreamMaxOutstandingMessages,
      bytes: configuration.eventStreamMaxOutstandingBytes,
    };
    this.observer = createObserver(metrics);
    metrics.gauge('http.event-streams.active').readFrom(() => this.open.size);
    parts.projection.observe((events) => this.publish(events));
    this.heartbeats = setInterval(() => this.beat(), options.eventStreamHeartbeatMs ?? HEARTBEAT_MS);
    this.heartbeats.unref();
  }

  /**
   * Starts a stream on a response whose head is sent. The subscriber first sees its own `event_stream_attached`, then
   * what it missed, then everything live, without a gap (`spec/operations.md` §2.4, §2.6).
   *
   * @param address of the subscriber, without port.
   */
  subscribe(response: ServerResponse, request: StreamRequest, address: string): void {
    const connection = new StreamConnection(response, request, this.limits, this.observer);
    this.open.add(connection);
    response.once('close', () => this.forget(connection, address));
    if (this.closing) return connection.end();
    const attached = [[this.connectionFrame('event_stream_attached', address)]];
    connection.deliver(attached);
    for (const other of this.live) other.deliver(attached);
    this.logger.info({ address, after: request.after }, 'event stream attached');
    if (request.after === undefined) this.live.add(connection);
    else void this.replay(connection, request.after);
  }

  /** Tells those who listen now of something that is not on the log. */
  announce(event: BusEvent): void {
    if (this.live.size === 0) return;
    const news = [[new Frame(event)]];
    for (const connection of this.live) connection.deliver(news);
  }

  /** Ends every stream. */
  close(): void {
    this.closing = true;
    clearInterval(this.heartbeats);
    for (const connection of this.open) connection.end();
  }

  private publish(events: readonly StoredEvent[]): void {
    if (this.live.size === 0) return;
    const groups = events.map(framesOf);
    for (const connection of this.live) connection.deliver(groups);
  }

  private get projection(): Projection {
    return this.parts.projection;
  }

  /** Sends what is on the log behind `after`, page by page at the reader's pace, then joins the live ones. */
  private async replay(connection: StreamConnection, after: number): Promise<void> {
    try {
      await this.reach(connection, after);
      let position = after;
      while (!connection.closed) {
        // No await stands between this check and joining, so no event can slip between replay and live.
        if (position >= this.projection.position) {
          this.live.add(connection);
          return;
        }
        const page = await this.log.read(position, REPLAY_PAGE);
        // Never ahead of what reads show.
        const visible = page.filter((event) => event.position <= this.projection.position);
        await connection.idle();
        connection.deliver(visible.map(framesOf));
        position = visible.at(-1)?.position ?? this.projection.position;
      }
    } catch (error) {
      this.logger.error({ error, after }, 'replay for an event stream failed');
      connection.end();
    }
  }

  /**
   * Waits until reads show what the subscriber has seen at another node, which may be ahead of this one: it would get
   * it twice otherwise. Whoever speaks of a position that not even the leader has comes from another cluster, and joins
   * at once.
   */
  private async reach(connection: StreamConnection, after: number): Promise<void> {
    const { projection, reads, term } = this.parts;
    const isAhead = (): boolean => projection.following && after > projection.position;
    while (!connection.closed && isAhead() && !(await term.begun())) {
      const confirmation = await reads.confirm();
      if (confirmation.current && after > confirmation.leaderPosition) return;
      await reachedWithin(projection, after, ASK_AGAIN_MS);
    }
  }

  private forget(connection: StreamConnection, address: string): void {
    this.open.delete(connection);
    this.live.delete(connection);
    const detached = [[this.connectionFrame('event_stream_detached', address)]];
    for (const other of this.live) other.deliver(detached);
    this.logger.info({ address }, 'event stream detached');
  }

  private beat(): void {
    for (const connection of this.open) connection.heartbeat();
  }

  private connectionFrame(type: 'event_stream_attached' | 'event_stream_detached', address: string): Frame {
    return new Frame(busEvent(type, formatTimestamp(this.nowMs()), [], { remoteAddress: address }));
  }
}

function createObserver(metrics: Metrics): StreamObserver {
  const bytes = metrics.counter('http.responses.event-stream.size');
  const dropped = metrics.counter('event-streams.dropped-slow');
  return {
    sent: (countedBytes) => bytes.increment(countedBytes),
    tooSlow: () => dropped.increment(),
  };
}
