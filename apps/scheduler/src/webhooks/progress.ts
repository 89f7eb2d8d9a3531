import type { Webhook } from '#domain';
import type { DeliveryPorts } from './delivery-ports.js';

/** How far deliveries have come is written down no more often than this. */
const RECORD_INTERVAL_MS = 5000;

/** Events that were passed over are not worth a note each, but whoever goes on shall not read all of them again. */
export const PASSED_OVER = 5000;

/** How far the deliveries to a webhook have come, and what of that is on the log. */
export class Progress {
  private current: number;
  private recorded: number;
  /** Monotonic, ms. */
  private recordedMs = -Infinity;
  private hasDelivered = false;
  /** A failure stands in the state, and shall go with the first success. */
  private isFailing: boolean;

  constructor(
    webhook: Webhook,
    private readonly tell: DeliveryPorts['tell'],
  ) {
    this.current = webhook.cursor;
    this.recorded = webhook.cursor;
    this.isFailing = webhook.failure !== undefined;
  }

  /** Everything up to here is dealt with. */
  get position(): number {
    return this.current;
  }

  /** When the next note is due; nothing if there is nothing to note. */
  get dueInMs(): number | undefined {
    if (!this.hasDelivered) return undefined;
    return Math.max(0, this.recordedMs + RECORD_INTERVAL_MS - performance.now());
  }

  /** Up to `position` everything is dealt with; `delivered`: the event there was sent, or given up. */
  advance(position: number, delivered: boolean): void {
    this.current = position;
    this.hasDelivered ||= delivered;
    if ((delivered && this.isFailing) || position - this.recorded > PASSED_OVER) this.record();
    else this.recordIfDue();
  }

  /** The cursor was moved, and that is on the log. */
  jump(to: number): void {
    this.current = to;
    this.recorded = to;
    this.hasDelivered = false;
    this.isFailing = false;
  }

  /** A failure was written down. */
  failing(): void {
    this.isFailing = true;
  }

  /** Whether something was written down. */
  recordIfDue(): boolean {
    const isDue = this.dueInMs === 0;
    if (isDue) this.record();
    return isDue;
  }

  /** Writes down what is not yet. */
  finish(): void {
    if (this.hasDelivered) this.record();
  }

  private record(): void {
    this.recorded = this.current;
    this.recordedMs = performance.now();
    this.hasDelivered = false;
    this.isFailing = false;
    this.tell({ kind: 'advanced', position: this.current });
  }
}
