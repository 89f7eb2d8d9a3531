import type { CallBody } from '../protocol/call.js';
import type { Event, Subscribed } from '../protocol/event.js';
import { RecordDecoder } from '../recordio/record-decoder.js';
import { CallChannel } from './call-channel.js';
import type { CallResult, CallVerdict } from './call-result.js';
import type { ClientOptions } from './client-options.js';
import type { Clock } from './clock.js';
import type { Credentials } from './credentials.js';
import { decodeEvent } from './event-decoder.js';
import { EventQueue } from './event-queue.js';
import { HeartbeatWatchdog } from './heartbeat-watchdog.js';
import type { Logger } from './logger.js';
import { tooOld } from './master-version.js';
import type { Alert, DisconnectReason } from './reasons.js';
import type { SubscriptionStream } from './subscribe-request.js';
import type { MasterTransport } from './transport.js';

/** A single late heartbeat says nothing. */
const FEWEST_MISSED_HEARTBEATS = 2;

/** Assumed when SUBSCRIBED names no interval (`spec/mesos-client.md §6.4`). */
const DEFAULT_HEARTBEAT_INTERVAL_SECONDS = 15;

/** Calls in a row with an unknown outcome after which the session is given up (`§2.1`). */
const MAX_UNKNOWN_OUTCOMES = 2;

export interface SessionSettings {
  generation: number;
  origin: URL;
  stream: SubscriptionStream;
  credentials: Credentials;
  transport: MasterTransport;
  options: ClientOptions;
  clock: Clock;
  logger: Logger;
  /** The framework is subscribed; from now on calls can be made. */
  onSubscribed: (subscribed: Subscribed) => void | Promise<void>;
  onEvent: (event: Event) => void | Promise<void>;
  onAlert: (alert: Alert) => void;
}

/** How a session ended. */
export type SessionEnd =
  | { kind: 'disconnected'; reason: DisconnectReason }
  | { kind: 'masterError'; message: string }
  | { kind: 'masterTooOld'; message: string }
  | { kind: 'handlerFailed'; error: unknown };

/**
 * One subscription from the open stream to its end (`spec/mesos-client.md §6`). It ends exactly once, whatever
 * comes together; after that no handler is called and every call is stale.
 */
export class Session {
  readonly generation: number;
  readonly origin: URL;
  readonly ended: Promise<SessionEnd>;
  readonly #settings: SessionSettings;
  readonly #decoder: RecordDecoder;
  readonly #queue: EventQueue;
  readonly #calls: CallChannel;
  #settleEnded: (end: SessionEnd) => void = () => undefined;
  #isEnded = false;
  #watchdog: HeartbeatWatchdog | undefined;
  #subscribed: Subscribed | undefined;
  #subscribedAtMs = 0;
  #unknownOutcomes = 0;

  constructor(settings: SessionSettings) {
    const { options, stream, credentials, transport, clock, origin } = settings;
    this.#settings = settings;
    this.generation = settings.generation;
    this.origin = origin;
    this.ended = new Promise((settle) => (this.#settleEnded = settle));
    this.#decoder = new RecordDecoder({ maxRecordBytes: options.maxRecordBytes });
    this.#queue = new EventQueue(
      {
        deliver: (record) => this.#deliver(record),
        failed: (error) => this.end({ kind: 'handlerFailed', error }),
      },
      options.maxQueuedBytes,
    );
    this.#calls = new CallChannel({
      origin,
      streamId: stream.streamId,
      credentials,
      transport,
      options,
      clock,
      onVerdict: (verdict, detail) => this.#onVerdict(verdict, detail),
    });
  }

  /** The body of SUBSCRIBED, once it has arrived; it stays after the end. */
  get subscribed(): Subscribed | undefined {
    return this.#subscribed;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How long the framework has been subscribed; 0 if it never was. */
  get subscribedForMs(): number {
    return this.#subscribed === undefined ? 0 : this.#settings.clock.now() - this.#subscribedAtMs;
  }

  /** Starts reading. */
  open(): void {
    this.#settings.stream.listen({
      onChunk: (chunk) => this.#onChunk(chunk),
      onEnd: (message) => this.#onStreamEnd(message),
    });
  }

  call(body: CallBody): Promise<CallResult> {
    if (this.#subscribed === undefined || this.#isEnded) {
      return Promise.resolve({ outcome: 'stale', reason: 'not subscribed' });
    }
    return this.#calls.call(this.#subscribed.framework_id.value, body);
  }

  /** Ends the session at once; events which have not been handled are forgotten. */
  end(end: SessionEnd): void {
    if (this.#isEnded) {
      return;
    }
    this.#isEnded = true;
    this.#watchdog?.stop();
    this.#queue.discard();
    this.#settings.stream.close();
    this.#calls.close('the subscription has ended');
    this.#settleEnded(end);
  }

  #disconnect(code: DisconnectReason['code'], message: string): void {
    this.end({ kind: 'disconnected', reason: { code, message } });
  }

  /**
   * The stream is over, but what came before its end still counts: among it may be the ERROR that says why.
   */
  #endAfterQueue(reason: DisconnectReason): void {
    this.#watchdog?.stop();
    this.#queue.drain(() => this.end({ kind: 'disconnected', reason }));
  }

  #onStreamEnd(message: string): void {
    const where = this.#decoder.insideRecord ? ' inside a record' : '';
    this.#endAfterQueue({ code: 'StreamEnded', message: `${message}${where}` });
  }

  #onChunk(chunk: Buffer): void {
    const { records, error } = this.#decoder.push(chunk);
    for (const record of records) {
      this.#watchdog?.signOfLife();
      if (!this.#queue.push(record)) {
        const message = `more than ${this.#settings.options.maxQueuedBytes} bytes of events wait to be handled`;
        this.#settings.onAlert({ code: 'QueueOverflow', message });
        this.#disconnect('QueueOverflow', message);
        return;
      }
    }
    if (error !== undefined) {
      this.#settings.stream.close();
      this.#endAfterQueue({ code: 'FramingError', message: error.message });
    }
  }

  #deliver(record: Buffer): void | Promise<void> {
    const { logger, generation } = this.#settings;
    const decoded = decodeEvent(record);
    if (!decoded.ok) {
      logger.warn({ generation, bytes: record.length, error: decoded.error }, 'Mesos event dropped');
      return undefined;
    }
    const { event } = decoded;
    if (event.type === 'SUBSCRIBED') {
      return this.#onSubscribed(event.subscribed);
    }
    if (event.type === 'ERROR') {
      return this.#onError(event);
    }
    if (this.#subscribed === undefined) {
      logger.warn({ generation, type: event.type }, 'Mesos event before SUBSCRIBED dropped');
      return undefined;
    }
    return this.#settings.onEvent(event);
  }

  #onSubscribed(subscribed: Subscribed): void | Promise<void> {
    const { clock, options } = this.#settings;
    const reason = tooOld(subscribed);
    if (reason !== undefined) {
      this.end({ kind: 'masterTooOld', message: reason });
      return undefined;
    }
    const intervalSeconds = subscribed.heartbeat_interval_seconds ?? DEFAULT_HEARTBEAT_INTERVAL_SECONDS;
    const intervalMs = intervalSeconds * 1000;
    const limitMs = Math.max(
      options.silenceLimitMs ?? intervalMs * options.missedHeartbeats,
      intervalMs * FEWEST_MISSED_HEARTBEATS,
    );
    this.#subscribed = subscribed;
    this.#subscribedAtMs = clock.now();
    this.#watchdog?.stop();
    this.#watchdog = new HeartbeatWatchdog(clock, limitMs, (silentMs) =>
      this.#disconnect('HeartbeatsLost', `no sign of life for ${Math.round(silentMs)} ms`),
    );
    return this.#settings.onSubscribed(subscribed);
  }

  /** The handler sees the event first, then the session ends: the master closes the stream after it. */
  async #onError(event: Event & { type: 'ERROR' }): Promise<void> {
    const { message } = event.error;
    if (this.#subscribed !== undefined) {
      await this.#settings.onEvent(event);
    }
    this.end({ kind: 'masterError', message });
  }

  #onVerdict(verdict: CallVerdict, detail: string): void {
    if (this.#isEnded) {
      return;
    }
    this.#unknownOutcomes = verdict.kind === 'unknownOutcome' ? this.#unknownOutcomes + 1 : 0;
    switch (verdict.kind) {
      case 'sessionStale':
        this.#disconnect('SessionStale', detail);
        break;
      case 'leadershipMoved':
        this.#disconnect('LeadershipMoved', detail);
        break;
      case 'unknownOutcome':
        this.#settings.logger.warn(
          { generation: this.generation, detail },
          'outcome of a Mesos call unknown',
        );
        if (this.#unknownOutcomes >= MAX_UNKNOWN_OUTCOMES) {
          this.#disconnect('CallsFailing', detail);
        }
        break;
      case 'pause':
        if (verdict.alert) {
          this.#settings.onAlert({ code: 'Unauthorized', message: detail });
        }
        break;
      case 'rejected':
        this.#settings.logger.error({ generation: this.generation, detail }, 'Mesos refused a call');
        break;
      case 'none':
        break;
    }
  }
}
