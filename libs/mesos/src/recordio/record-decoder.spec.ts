import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RecordDecoder } from './record-decoder.js';
import { encodeRecord } from './record-encoder.js';

/** Cuts the bytes at the given places, in any order and with repetitions. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  const edges = [0, ...sorted, bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe('RecordIO', () => {
  it('writes the length in bytes, a line feed and the payload', () => {
    expect(encodeRecord('{"type":"HEARTBEAT"}').toString()).toBe('20\n{"type":"HEARTBEAT"}');
    expect(encodeRecord('Zürich').toString()).toBe('7\nZürich');
    expect(encodeRecord(Uint8Array.of(0, 255))).toEqual(Buffer.from([0x32, 0x0a, 0, 255]));
    expect(encodeRecord('').toString()).toBe('0\n');
  });

  it('gives back every record, wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
        fc.array(fc.nat(10_000), { maxLength: 12 }),
        (texts, places) => {
          const stream = Buffer.concat(texts.map((text) => encodeRecord(text)));
          const decoder = new RecordDecoder();
          const records = cut(stream, places).flatMap((chunk) => decoder.push(chunk).records);
          expect(records.map((record) => record.toString('utf8'))).toEqual(texts);
          expect(decoder.insideRecord).toBe(false);
        },
      ),
    );
  });

  it('decodes one byte at a time, also through characters of several bytes and empty records', () => {
    const texts = ['{"name":"Grüße 🚀"}', '', '{"type":"HEARTBEAT"}'];
    const decoder = new RecordDecoder();
    const stream = Buffer.concat(texts.map((text) => encodeRecord(text)));
    const records = [...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)).records);
    expect(records.map((record) => record.toString('utf8'))).toEqual(texts);
  });

  it.each([
    { stream: '3\r\nabc', code: 'InvalidLength', message: 'RecordIO: byte 0x0d in a length line' },
    { stream: '-3\nabc', code: 'InvalidLength', message: 'RecordIO: byte 0x2d in a length line' },
    { stream: ' 3\nabc', code: 'InvalidLength', message: 'RecordIO: byte 0x20 in a length line' },
    { stream: '<html>', code: 'InvalidLength', message: 'RecordIO: byte 0x3c in a length line' },
    { stream: '\n', code: 'InvalidLength', message: 'RecordIO: empty length line' },
    {
      stream: '0'.repeat(21),
      code: 'LengthTooLong',
      message: 'RecordIO: length line of more than 20 digits',
    },
    { stream: '17\n', code: 'RecordTooLarge', message: 'RecordIO: record of 17 bytes; at most 16 are taken' },
  ])('refuses $stream', ({ stream, code, message }) => {
    const decoder = new RecordDecoder({ maxRecordBytes: 16 });
    const before = encodeRecord('{"type":"X"}');
    const { records, error } = decoder.push(Buffer.concat([before, Buffer.from(stream)]));
    expect(records.map(String)).toEqual(['{"type":"X"}']);
    expect(error).toEqual({ code, message });
    expect(decoder.push(encodeRecord('{}'))).toEqual({ records: [], error });
  });

  it('accepts a record of exactly the largest size and a length line of 20 digits', () => {
    const decoder = new RecordDecoder({ maxRecordBytes: 4 });
    expect(decoder.push(Buffer.from('00000000000000000004\nabcd')).records.map(String)).toEqual(['abcd']);
  });

  it('knows whether the stream broke inside a record', () => {
    const decoder = new RecordDecoder();
    decoder.push(Buffer.from('1'));
    expect(decoder.insideRecord).toBe(true);
    decoder.push(Buffer.from('0\nabc'));
    expect(decoder.insideRecord).toBe(true);
    decoder.push(Buffer.from('defghij'));
    expect(decoder.insideRecord).toBe(false);
  });
});
