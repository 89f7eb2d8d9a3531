import { conforms } from './conforms.js';
import type { Field, FieldType, MessageSchema } from './schema.js';

/** `invalid`: a value has the wrong type. `uninitialized`: required fields are missing. Both name the place. */
export type DecodeResult =
  | { readonly kind: 'ok'; readonly value: Record<string, unknown> }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'uninitialized'; readonly fields: readonly string[] };

/** Turns parsed JSON into a message by the rules of the reference (C§4.1), keeping known fields only. */
export function decodeMessage(json: unknown, schema: MessageSchema): DecodeResult {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { kind: 'invalid', message: 'Expecting a JSON object' };
  }
  if (conforms(json, schema)) return { kind: 'ok', value: json as Record<string, unknown> };
  const decoder = new Decoder();
  const value = decoder.message(json as Record<string, unknown>, schema, '');
  if (decoder.problem !== undefined) return { kind: 'invalid', message: decoder.problem };
  if (decoder.missing.length > 0) return { kind: 'uninitialized', fields: decoder.missing };
  return { kind: 'ok', value };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

class Decoder {
  problem: string | undefined;
  readonly missing: string[] = [];

  message(json: Record<string, unknown>, schema: MessageSchema, path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const name in schema) {
      const field = schema[name]!;
      const value = this.field(json[name], field, path + name);
      if (value !== undefined) result[name] = value;
      else if (field.isRequired) this.missing.push(path + name);
    }
    return result;
  }

  private field(json: unknown, field: Field, path: string): unknown {
    if (json === undefined || json === null) return undefined;
    if (!field.isRepeated) {
      return Array.isArray(json)
        ? this.refuse('a JSON array', path)
        : this.single(json, field.type, path, field.isRequired);
    }
    const items = Array.isArray(json) ? json : [json];
    return items.map((item, index) => this.single(item, field.type, `${path}[${index}]`, true));
  }

  private single(json: unknown, type: FieldType, path: string, isRequired: boolean): unknown {
    switch (type.kind) {
      case 'message':
        return isObject(json)
          ? this.message(json, type.schema(), `${path}.`)
          : this.refuse(describe(json), path);
      case 'map':
        return this.map(json, type.value, path);
      case 'enum':
        return this.enumName(json, type.names, { path, isRequired });
      case 'string':
        return typeof json === 'string' ? json : this.refuse(describe(json), path);
      case 'bytes':
        return this.base64(json, path);
      case 'bool':
        return this.boolean(json, path);
      case 'double':
        return this.number(json, path);
      case 'limit':
        return json === 'Infinity' ? json : this.number(json, path);
      case 'integer':
        return this.integer(json, path);
      default:
        return type satisfies never;
    }
  }

  private map(json: unknown, value: FieldType, path: string): unknown {
    if (!isObject(json)) return this.refuse(describe(json), path);
    return Object.fromEntries(
      Object.entries(json).map(([key, item]) => [key, this.single(item, value, `${path}.${key}`, true)]),
    );
  }

  private enumName(
    json: unknown,
    names: ReadonlySet<string>,
    place: { path: string; isRequired: boolean },
  ): string | undefined {
    if (typeof json !== 'string') return this.refuse(describe(json), place.path);
    if (names.has(json)) return json;
    if (place.isRequired) this.problem ??= `Failed to find enum for '${json}' in field '${place.path}'`;
    return undefined;
  }

  private base64(json: unknown, path: string): string | undefined {
    if (typeof json !== 'string') return this.refuse(describe(json), path);
    const compact = json.replaceAll(/\s/g, '');
    if (!BASE64.test(compact)) {
      this.problem ??= `Failed to base64 decode bytes field '${path}': Invalid character`;
      return undefined;
    }
    return Buffer.from(compact, 'base64').toString('base64');
  }

  private boolean(json: unknown, path: string): boolean | undefined {
    if (typeof json === 'boolean') return json;
    if (json === 'true' || json === 'false') return json === 'true';
    return this.refuse(describe(json), path);
  }

  private number(json: unknown, path: string): number | undefined {
    if (typeof json === 'number') return json;
    if (typeof json !== 'string') return this.refuse(describe(json), path);
    const parsed = json.trim() === '' ? Number.NaN : Number(json);
    if (Number.isNaN(parsed)) {
      this.problem ??= `Failed to parse '${json}' as a JSON number for field '${path}'`;
      return undefined;
    }
    return parsed;
  }

  private integer(json: unknown, path: string): number | undefined {
    const parsed = this.number(json, path);
    if (parsed === undefined || Number.isFinite(parsed)) return parsed && Math.trunc(parsed);
    return this.refuse('an infinite number', path);
  }

  private refuse(found: string, path: string): undefined {
    this.problem ??= `Not expecting ${found} for field '${path}'`;
    return undefined;
  }
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function describe(json: unknown): string {
  if (json === null) return 'a JSON null';
  if (Array.isArray(json)) return 'a JSON array';
  return `a JSON ${typeof json}`;
}
