import { enumOf, message, repeated, required, string, type Field, type MessageSchema } from './schema.js';
import { identifier, labels, ranges, scalar, set, valueType } from './primitive-schemas.js';
import { volume } from './container-schemas.js';

/** `Resource` in both formats (C§19.1, C§19.4). */
const reservation: MessageSchema = {
  type: enumOf('STATIC', 'DYNAMIC'),
  role: string,
  principal: string,
  labels,
};
const persistence: MessageSchema = { id: required(string), principal: string };
const root: MessageSchema = { root: string };
const diskSource: MessageSchema = {
  type: required(enumOf('PATH', 'MOUNT', 'BLOCK', 'RAW')),
  path: message(() => root),
  mount: message(() => root),
  id: string,
  profile: string,
  vendor: string,
  metadata: labels,
};
const diskInfo: MessageSchema = {
  persistence: message(() => persistence),
  volume,
  source: message(() => diskSource),
};
const allocation: MessageSchema = { role: string };
const nothing: MessageSchema = {};

const resourceSchema: MessageSchema = {
  provider_id: identifier,
  name: required(string),
  type: required(valueType),
  scalar,
  ranges,
  set,
  role: string,
  allocation_info: message(() => allocation),
  reservation: message(() => reservation),
  reservations: repeated(message(() => reservation)),
  disk: message(() => diskInfo),
  revocable: message(() => nothing),
  shared: message(() => nothing),
};
export const resource: Field = message(() => resourceSchema);
