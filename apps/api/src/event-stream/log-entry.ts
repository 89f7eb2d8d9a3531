import { busEventsOf, cloudEventOf, cloudEventType } from '#bus-events';
import type { StoredEvent } from '#event-log';
import { Frame } from './frame.js';

/**
 * An event of the log with its forms on the wire. Each form is written when the first subscriber wants it, and then
 * shared by all (`spec/operations.md` §2.3).
 */
export class LogEntry {
  private frames: readonly Frame[] | undefined;
  private jsonLine: Buffer | undefined;
  private serverSentEvent: Buffer | undefined;

  constructor(readonly stored: StoredEvent) {}

  get position(): number {
    return this.stored.position;
  }

  /** Its frames on `/v2/events`, in order. They are delivered together, or again together. */
  get busFrames(): readonly Frame[] {
    this.frames ??= busEventsOf(this.stored).map((event) => new Frame(event, this.position));
    return this.frames;
  }

  /** The event as a CloudEvent on a line of its own. */
  get asLine(): Buffer {
    this.jsonLine ??= Buffer.from(`${JSON.stringify(cloudEventOf(this.stored))}\n`);
    return this.jsonLine;
  }

  /** The event as a CloudEvent in the framing of server-sent events. */
  get asServerSentEvent(): Buffer {
    this.serverSentEvent ??= Buffer.from(
      `id: ${this.position}\r\nevent: ${cloudEventType(this.stored.type)}\r\n` +
        `data: ${JSON.stringify(cloudEventOf(this.stored))}\r\n\r\n`,
    );
    return this.serverSentEvent;
  }
}
