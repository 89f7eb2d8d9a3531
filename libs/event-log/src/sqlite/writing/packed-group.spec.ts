import {
  array,
  assert as assertProperty,
  constant,
  integer,
  oneof,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedEvent } from '../../local/log-store.js';
import { forEachRow, packGroup, type Row } from './packed-group.js';

const text = string({ unit: 'binary' });
const encodedEvent = record<EncodedEvent>({
  id: text,
  stream: text,
  type: text,
  schema: integer({ min: 1, max: 9 }),
  time: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  actor: text,
  correlationId: text,
  causationId: oneof(constant(null), text),
  data: text,
});

/** The rows that `batches` are to become. */
function expectedRows(batches: readonly (readonly EncodedEvent[])[], first: number, epoch: number): Row[] {
  const rows: Row[] = [];
  for (const batch of batches) {
    for (const [index, event] of batch.entries()) {
      const { id, stream, type, schema, time, actor, correlationId, causationId, data } = event;
      const endsBatch = index === batch.length - 1 ? 1 : 0;
      const texts = [id, stream, type, actor, correlationId, causationId, data];
      rows.push([first + rows.length, epoch, schema, time, endsBatch, ...texts]);
    }
  }
  return rows;
}

describe('a packed group', () => {
  it('is taken apart into the rows it was made of', () => {
    assertProperty(
      property(array(array(encodedEvent, { minLength: 1 })), (batches) => {
        const rows: Row[] = [];
        const sent = structuredClone(packGroup({ batches, first: 7, epoch: 3 }));
        forEachRow(sent, (row) => rows.push(row));
        expect(rows).toEqual(expectedRows(batches, 7, 3));
      }),
    );
  });
});
