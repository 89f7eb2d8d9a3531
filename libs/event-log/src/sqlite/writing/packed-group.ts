import type { EncodedEvent, Group } from '../../local/log-store.js';

/**
 * A group on its way to the writing thread: all its texts in one, and what is needed to take them apart again. Of the
 * shapes measured this is the cheapest for both threads: copying one long text costs less than copying many short ones,
 * and nothing is parsed (docs/adr/0002).
 */
export interface PackedGroup {
  /** Position of the first event. */
  readonly first: number;
  readonly epoch: number;
  readonly text: string;
  /** Per event `schema`, `time`, 1 if it ends its batch, and the lengths of its texts in the order of {@link ROW_COLUMNS}. */
  readonly numbers: Float64Array;
  /** As in the group. */
  readonly mark: number | undefined;
}

/** The columns of the rows that {@link forEachRow} gives. */
export const ROW_COLUMNS =
  'position, epoch, schema, time, ends_batch, id, stream, type, actor, correlation, causation, data';

export type Row = readonly (number | string | null)[];

/** How many of the numbers come before the lengths. */
const PLAIN_NUMBERS = 3;
const TEXTS = 7;
const NUMBERS_PER_EVENT = PLAIN_NUMBERS + TEXTS;
/** Stands for the length of a text that is NULL. */
const NULL_LENGTH = -1;

export function packGroup({ batches, first, epoch, mark }: Group): PackedGroup {
  const events = batches.reduce((sum, batch) => sum + batch.length, 0);
  const numbers = new Float64Array(events * NUMBERS_PER_EVENT);
  let text = '';
  let at = 0;
  for (const batch of batches) {
    const last = batch.at(-1);
    for (const event of batch) {
      packNumbers(event, event === last, numbers.subarray(at, at + NUMBERS_PER_EVENT));
      const { id, stream, type, actor, correlationId, causationId, data } = event;
      text += id + stream + type + actor + correlationId + (causationId ?? '') + data;
      at += NUMBERS_PER_EVENT;
    }
  }
  return { first, epoch, text, numbers, mark };
}

function packNumbers(event: EncodedEvent, endsBatch: boolean, to: Float64Array): void {
  to[0] = event.schema;
  to[1] = event.time;
  to[2] = endsBatch ? 1 : 0;
  to[3] = event.id.length;
  to[4] = event.stream.length;
  to[5] = event.type.length;
  to[6] = event.actor.length;
  to[7] = event.correlationId.length;
  to[8] = event.causationId?.length ?? NULL_LENGTH;
  to[9] = event.data.length;
}

/** Hands over the rows of a group in order, each as the values of {@link ROW_COLUMNS}. */
export function forEachRow({ first, epoch, text, numbers }: PackedGroup, handle: (row: Row) => void): void {
  let position = first;
  let offset = 0;
  for (let at = 0; at < numbers.length; at += NUMBERS_PER_EVENT) {
    const lengthsAt = at + PLAIN_NUMBERS;
    const row: (number | string | null)[] = [position, epoch, ...numbers.subarray(at, lengthsAt)];
    for (const length of numbers.subarray(lengthsAt, at + NUMBERS_PER_EVENT)) {
      if (length === NULL_LENGTH) {
        row.push(null);
      } else {
        row.push(text.slice(offset, offset + length));
        offset += length;
      }
    }
    handle(row);
    position += 1;
  }
}
