import type { ServerResponse } from 'node:http';
import type { Event } from '#mesos';
import type { Clock, Timer } from '../../runtime/clock.js';
import { encodeEvent } from '../events/encode-event.js';
import type { FrameworkStream } from '../state/framework.js';

export interface EventStreamOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  /** A client that reads so slowly that more than this waits for it is cut off. */
  readonly maxBufferedBytes: number;
  /** Told of every event, heartbeats included. */
  readonly onEvent?: (event: Event) => void;
}

/** Characters after which a batch is written without waiting for the end of the turn. */
const LARGEST_BATCH = 256 * 1024;

/**
 * The endless response of SUBSCRIBE: RecordIO frames, heartbeats in between (C§3, C§6.4). Events of one turn are
 * written together.
 */
export class EventStream implements FrameworkStream {
  readonly id: string;
  /** Records that wait for the end of the turn, so that they are written together. */
  private pending = '';
  /** Whether they need no encoding, which is quicker to write. */
  private isAscii = true;
  private isFlushDue = false;
  private isOpen = true;
  private stalled: Timer | undefined;
  private heartbeat: Timer | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventStreamOptions,
  ) {
    this.id = options.id;
    this.armHeartbeat();
    response.once('close', () => this.end());
  }

  send(event: Event, encoded = encodeEvent(event)): void {
    if (!this.isOpen) return;
    this.options.onEvent?.(event);
    const { text, bytes } = encoded;
    this.pending += `${bytes}\n${text}`;
    if (bytes !== text.length) this.isAscii = false;
    if (this.pending.length >= LARGEST_BATCH) this.flush();
    else if (!this.isFlushDue) {
      this.isFlushDue = true;
      process.nextTick(() => {
        this.isFlushDue = false;
        this.flush();
      });
    }
  }

  /** Bytes that the client has not taken yet. */
  get bufferedBytes(): number {
    return this.isOpen ? this.response.writableLength + Buffer.byteLength(this.pending) : 0;
  }

  /** Writes nothing for so long, heartbeats included; what is sent meanwhile follows then. */
  stall(durationMs: number): void {
    this.stalled?.cancel();
    this.stalled = this.options.clock.schedule(durationMs, () => {
      this.stalled = undefined;
      this.flush();
    });
  }

  close(): void {
    if (!this.isOpen) return;
    this.stalled?.cancel();
    this.stalled = undefined;
    this.flush();
    this.end();
    this.response.end();
  }

  private flush(): void {
    if (!this.isOpen || this.stalled !== undefined || this.pending === '') return;
    this.response.write(this.pending, this.isAscii ? 'latin1' : 'utf8');
    this.pending = '';
    this.isAscii = true;
    if (this.response.writableLength > this.options.maxBufferedBytes) this.response.destroy();
  }

  private armHeartbeat(): void {
    this.heartbeat = this.options.clock.schedule(this.options.heartbeatIntervalMs, () => {
      this.armHeartbeat();
      this.send({ type: 'HEARTBEAT' });
    });
  }

  private end(): void {
    this.isOpen = false;
    this.pending = '';
    this.heartbeat?.cancel();
    this.stalled?.cancel();
  }
}
