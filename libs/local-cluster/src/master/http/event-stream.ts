import type { ServerResponse } from 'node:http';
import { encodeRecord, type Event } from '#mesos';
import type { Clock, Timer } from '../../runtime/clock.js';
import type { FrameworkStream } from '../state/framework.js';

export interface EventStreamOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  /** A client that reads so slowly that more than this waits for it is cut off. */
  readonly maxBufferedBytes: number;
}

/**
 * The endless response of SUBSCRIBE: RecordIO frames, heartbeats in between (C§3, C§6.4). Events of one turn are
 * written together.
 */
export class EventStream implements FrameworkStream {
  readonly id: string;
  private pending: Buffer[] = [];
  private isOpen = true;
  private heartbeat: Timer | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventStreamOptions,
  ) {
    this.id = options.id;
    this.armHeartbeat();
    response.once('close', () => this.end());
  }

  send(event: Event): void {
    if (!this.isOpen) return;
    if (this.pending.length === 0) process.nextTick(() => this.flush());
    this.pending.push(encodeRecord(JSON.stringify(event)));
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.end();
    this.response.end();
  }

  private flush(): void {
    if (!this.isOpen || this.pending.length === 0) return;
    this.response.write(Buffer.concat(this.pending));
    this.pending = [];
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
    this.pending = [];
    this.heartbeat?.cancel();
  }
}
