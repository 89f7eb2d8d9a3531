import type { BusEvent } from '#bus-events';

/** Bytes of a frame beside type and payload, as `http.responses.event-stream.size` has always counted them. */
const FRAMING_BYTES = 16;

/**
 * One event in the form that goes over the wire (`spec/operations.md` §2.2), encoded once for all subscribers.
 * Ephemeral events have no position.
 */
export class Frame {
  readonly bytes: Buffer;
  private bytesWithId: Buffer | undefined;

  constructor(
    readonly event: BusEvent,
    private readonly position?: number,
  ) {
    this.bytes = Buffer.from(`event: ${event.type}\r\ndata: ${event.json}\r\n\r\n`);
  }

  /** The frame with its `id:` line; without one for ephemeral events. */
  get withId(): Buffer {
    if (this.position === undefined) return this.bytes;
    this.bytesWithId ??= Buffer.concat([Buffer.from(`id: ${this.position}\r\n`), this.bytes]);
    return this.bytesWithId;
  }

  /** What the frame adds to the byte counter. */
  get countedBytes(): number {
    return Buffer.byteLength(this.event.json) + this.event.type.length + FRAMING_BYTES;
  }
}
