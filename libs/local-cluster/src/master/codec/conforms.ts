import type { Field, FieldType, MessageSchema } from './schema.js';

/** A schema in the form that is quick to check against. */
interface CompiledSchema {
  readonly fields: ReadonlyMap<string, Field>;
  readonly requiredCount: number;
}

const compiled = new WeakMap<MessageSchema, CompiledSchema>();

/** Base64 as it is written by everybody: no white space, no bits that do not count. */
const CANONICAL_BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/**
 * Whether parsed JSON is exactly what decoding it would make of it: known fields only, all that are required, each
 * written in its own type. Then it need not be copied, which is what most of the calls of a good client are.
 */
export function conforms(json: unknown, schema: MessageSchema): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const { fields, requiredCount } = compile(schema);
  const members = json as Record<string, unknown>;
  let found = 0;
  for (const name in members) {
    const field = fields.get(name);
    const value = members[name];
    if (field === undefined || value === null) return false;
    if (field.isRepeated ? !eachConforms(value, field.type) : !valueConforms(value, field.type)) return false;
    if (field.isRequired) found += 1;
  }
  return found === requiredCount;
}

function compile(schema: MessageSchema): CompiledSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const fields = new Map(Object.entries(schema));
  const requiredCount = [...fields.values()].filter(({ isRequired }) => isRequired).length;
  const fresh = { fields, requiredCount };
  compiled.set(schema, fresh);
  return fresh;
}

function eachConforms(value: unknown, type: FieldType): boolean {
  if (!Array.isArray(value)) return false;
  for (const item of value as unknown[]) if (!valueConforms(item, type)) return false;
  return true;
}

function valueConforms(value: unknown, type: FieldType): boolean {
  switch (type.kind) {
    case 'message':
      return conforms(value, type.schema());
    case 'map':
      return mapConforms(value, type.value);
    case 'enum':
      return typeof value === 'string' && type.names.has(value);
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return typeof value === 'string' && CANONICAL_BASE64.test(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'double':
      return typeof value === 'number';
    case 'limit':
      return typeof value === 'number' || value === 'Infinity';
    case 'integer':
      return Number.isInteger(value);
    default:
      return type satisfies never;
  }
}

function mapConforms(value: unknown, type: FieldType): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((item) => valueConforms(item, type));
}
