import {
  double,
  enumOf,
  integer,
  message,
  repeated,
  required,
  string,
  type Field,
  type MessageSchema,
} from './schema.js';

/** Messages that everything else is made of (C§12, C§19). */
const id: MessageSchema = { value: required(string) };
const labelPair: MessageSchema = { key: required(string), value: string };
const labelList: MessageSchema = { labels: repeated(message(() => labelPair)) };
const pair: MessageSchema = { key: required(string), value: required(string) };
const nanoseconds: MessageSchema = { nanoseconds: required(integer) };
const scalarValue: MessageSchema = { value: required(double) };
const rangeItem: MessageSchema = { begin: required(integer), end: required(integer) };
const rangesValue: MessageSchema = { range: repeated(message(() => rangeItem)) };
const setValue: MessageSchema = { item: repeated(string) };

export const identifier: Field = message(() => id);
export const labels: Field = message(() => labelList);
export const parameter: Field = message(() => pair);
export const duration: Field = message(() => nanoseconds);
export const scalar: Field = message(() => scalarValue);
export const ranges: Field = message(() => rangesValue);
export const set: Field = message(() => setValue);

export const valueType: Field = enumOf('SCALAR', 'RANGES', 'SET', 'TEXT');
