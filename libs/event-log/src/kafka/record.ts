import type { KafkaMessage, Message } from 'kafkajs';
import type { EncodedEvent } from '../local/log-store.js';
import type { Actor, StoredEvent } from '../port.js';

/**
 * The form of a record on the topic (docs/event-log-on-kafka.md): one event is one record, a CloudEvent in binary mode.
 * Records of other kinds carry no `ce_id` and say in `ekiden_control` what they are; readers of events skip them.
 */
const HEADER = {
  specVersion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  subject: 'ce_subject',
  time: 'ce_time',
  contentType: 'content-type',
  position: 'ce_position',
  epoch: 'ce_epoch',
  schema: 'ce_schemaversion',
  actor: 'ce_actor',
  correlation: 'ce_correlationid',
  causation: 'ce_causationid',
  endsBatch: 'ce_endsbatch',
  control: 'ekiden_control',
} as const;

const TYPE_PREFIX = 'io.ekiden.';

/** Marks of the writer among the events: the begin of a term, and a place to read up to within one. */
export type ControlKind = 'term' | 'checkpoint';

/** An event on its way to the topic, with its place. */
export interface PlacedEvent {
  readonly event: EncodedEvent;
  readonly position: number;
  readonly epoch: number;
  /** Whether it is the last one of its append. */
  readonly endsBatch: boolean;
}

/** What a record says. */
export type TopicRecord =
  | {
      readonly kind: 'event';
      readonly event: StoredEvent;
      /** The same, its JSON parts as text. */
      readonly encoded: EncodedEvent;
      readonly endsBatch: boolean;
    }
  | { readonly kind: 'control'; readonly control: ControlKind; readonly mark: string };

/** The record of an event. `source` is the CloudEvents source of the log. */
export function eventRecord({ event, position, epoch, endsBatch }: PlacedEvent, source: string): Message {
  const headers: Record<string, string> = {
    [HEADER.specVersion]: '1.0',
    [HEADER.id]: event.id,
    [HEADER.source]: source,
    [HEADER.type]: TYPE_PREFIX + event.type,
    [HEADER.subject]: event.stream,
    [HEADER.time]: new Date(event.time).toISOString(),
    [HEADER.contentType]: 'application/json',
    [HEADER.position]: String(position),
    [HEADER.epoch]: String(epoch),
    [HEADER.schema]: String(event.schema),
    [HEADER.actor]: event.actor,
    [HEADER.correlation]: event.correlationId,
  };
  if (event.causationId !== null) headers[HEADER.causation] = event.causationId;
  if (endsBatch) headers[HEADER.endsBatch] = 'true';
  return { key: event.stream, value: event.data, headers, timestamp: String(event.time) };
}

/** A mark of the writer; `mark` is found again by whoever reads up to it. */
export const controlRecord = (control: ControlKind, mark: string): Message => ({
  key: null,
  value: JSON.stringify({ mark }),
  headers: { [HEADER.control]: control },
});

/** A rough measure of what a record takes up in a request. */
export function sizeOf({ key, value, headers = {} }: Message): number {
  let size = 32 + byteLength(key) + byteLength(value);
  for (const [name, header] of Object.entries(headers))
    size += 2 + name.length + byteLength(header as string);
  return size;
}

const byteLength = (text: Message['value'] | Message['key'] | undefined): number =>
  text === null || text === undefined ? 0 : Buffer.byteLength(text);

/**
 * Reads a record.
 *
 * @throws {Error} that names what is missing: somebody else writes to the topic.
 */
export function readRecord(message: KafkaMessage): TopicRecord {
  const record = new RecordText(message);
  const control = record.header(HEADER.control);
  if (control !== undefined) {
    const content = record.json(record.value(), 'value') as { mark?: unknown } | null;
    return { kind: 'control', control: control as ControlKind, mark: String(content?.mark) };
  }
  const encoded: EncodedEvent = {
    id: record.required(HEADER.id),
    stream: record.required(HEADER.subject),
    type: record.required(HEADER.type).slice(TYPE_PREFIX.length),
    schema: record.number(HEADER.schema),
    time: record.time(HEADER.time),
    actor: record.required(HEADER.actor),
    correlationId: record.required(HEADER.correlation),
    causationId: record.header(HEADER.causation) ?? null,
    data: record.value(),
  };
  return {
    kind: 'event',
    event: storedEvent(encoded, record),
    encoded,
    endsBatch: record.header(HEADER.endsBatch) === 'true',
  };
}

/** The parts of a record; what is not as it should be is named by the error. */
class RecordText {
  constructor(private readonly message: KafkaMessage) {}

  header(name: string): string | undefined {
    return this.message.headers?.[name]?.toString();
  }

  required(name: string): string {
    const found = this.header(name);
    if (found === undefined) throw this.error(`no ${name}`);
    return found;
  }

  number(name: string): number {
    const found = Number(this.required(name));
    if (!Number.isSafeInteger(found) || found < 0) throw this.error(`no number for its ${name}`);
    return found;
  }

  time(name: string): number {
    const found = Date.parse(this.required(name));
    if (Number.isNaN(found)) throw this.error(`no time for its ${name}`);
    return found;
  }

  value(): string {
    const { value } = this.message;
    if (value === null) throw this.error('no value');
    return value.toString();
  }

  json(text: string, name: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.error(`no JSON for its ${name}`);
    }
  }

  private error(lack: string): Error {
    return new Error(`the record at offset ${this.message.offset} has ${lack}`);
  }
}

/** Field by field, so that all events have one shape, which makes reading them fast. */
function storedEvent(encoded: EncodedEvent, record: RecordText): StoredEvent {
  return {
    position: record.number(HEADER.position),
    epoch: record.number(HEADER.epoch),
    id: encoded.id,
    stream: encoded.stream,
    type: encoded.type,
    schema: encoded.schema,
    time: encoded.time,
    actor: record.json(encoded.actor, HEADER.actor) as Actor,
    correlationId: encoded.correlationId,
    causationId: encoded.causationId,
    data: record.json(encoded.data, 'value'),
  };
}
