import { describe, expect, it } from 'vitest';
import { decodeMessage } from './decode-message.js';
import {
  bool,
  bytes,
  double,
  enumOf,
  integer,
  limit,
  mapOf,
  message,
  repeated,
  required,
  string,
} from './schema.js';

const inner = { value: required(string) };
const schema = {
  text: string,
  number: double,
  whole: integer,
  flag: bool,
  data: bytes,
  kind: enumOf('A', 'B'),
  list: repeated(string),
  id: message(() => inner),
  ids: repeated(message(() => inner)),
  limits: mapOf(message(() => ({ value: required(limit) }))),
};

describe('accepted (C§4.1)', () => {
  it.each([
    ['unknown members vanish', { camelCase: 1, text: 'x' }, { text: 'x' }],
    ['null is absent', { text: null, list: null }, {}],
    ['numbers as text', { number: '1.5', whole: '7' }, { number: 1.5, whole: 7 }],
    ['infinity', { number: 'Infinity' }, { number: Infinity }],
    [
      'infinity as a limit stays a word',
      { limits: { cpus: { value: 'Infinity' } } },
      { limits: { cpus: { value: 'Infinity' } } },
    ],
    ['booleans as text', { flag: 'false' }, { flag: false }],
    [
      'a single element for a list',
      { list: 'x', ids: { value: 'a' } },
      { list: ['x'], ids: [{ value: 'a' }] },
    ],
    ['an unknown name of an optional enum is unset', { kind: 'C' }, {}],
    ['base64 without padding, with blanks', { data: 'aGV sbG8' }, { data: 'aGVsbG8=' }],
  ])('%s', (_, json, value) => {
    expect(decodeMessage(json, schema)).toEqual({ kind: 'ok', value });
  });
});

describe('refused', () => {
  it.each([
    ['no object', [], 'Expecting a JSON object'],
    ['an array for a single field', { text: ['x'] }, "Not expecting a JSON array for field 'text'"],
    ['a number for an enum', { kind: 1 }, "Not expecting a JSON number for field 'kind'"],
    [
      'the URL-safe alphabet',
      { data: 'a-_b' },
      "Failed to base64 decode bytes field 'data': Invalid character",
    ],
    ['text that is no number', { number: 'x' }, "Failed to parse 'x' as a JSON number for field 'number'"],
    [
      'a bare number in a map of messages',
      { limits: { cpus: 2 } },
      "Not expecting a JSON number for field 'limits.cpus'",
    ],
    ['a scalar for a message', { id: 'x' }, "Not expecting a JSON string for field 'id'"],
  ])('%s', (_, json, text) => {
    expect(decodeMessage(json, schema)).toEqual({ kind: 'invalid', message: text });
  });

  it('names required members that are missing, also inside lists', () => {
    expect(decodeMessage({ id: {}, ids: [{ value: 'a' }, {}] }, schema)).toEqual({
      kind: 'uninitialized',
      fields: ['id.value', 'ids[1].value'],
    });
  });

  it('takes an unknown name of a required enum for an error', () => {
    expect(decodeMessage({ k: 'C' }, { k: required(enumOf('A')) })).toEqual({
      kind: 'invalid',
      message: "Failed to find enum for 'C' in field 'k'",
    });
  });
});
