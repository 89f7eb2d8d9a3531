import type { Violations } from '../violations.js';
import { isObject, type Reader } from './reader.js';

interface FieldBase<T> {
  readonly read: Reader<T>;
  /** How absence of a required key is reported (§2.4); `undefined` when absence is fine. */
  readonly whenMissing?: 'undefined on object' | 'path missing';
  readonly absent?: T;
}

/** A key that the result always has. */
export interface PresentField<T> extends FieldBase<T> {
  readonly kind: 'present';
}

/** A key that the result has only if the client sent it. */
export interface OptionalField<T> extends FieldBase<T> {
  readonly kind: 'optional';
}

type Field = PresentField<unknown> | OptionalField<unknown>;
type Fields = Readonly<Record<string, Field>>;

/** What a reader made of fields gives. */
export type ObjectOf<F> = {
  readonly [K in keyof F as F[K] extends PresentField<unknown> ? K : never]: F[K] extends PresentField<
    infer T
  >
    ? T
    : never;
} & {
  readonly [K in keyof F as F[K] extends OptionalField<unknown> ? K : never]?: F[K] extends OptionalField<
    infer T
  >
    ? T
    : never;
};

export function required<T>(read: Reader<T>): PresentField<T> {
  return { kind: 'present', read, whenMissing: 'undefined on object' };
}

/** A required key of one of the few leaf objects that report absence as `error.path.missing`. */
export function requiredInLeaf<T>(read: Reader<T>): PresentField<T> {
  return { kind: 'present', read, whenMissing: 'path missing' };
}

/** The default is shared between results and must not be changed. */
export function withDefault<T>(read: Reader<T>, absent: T): PresentField<T> {
  return { kind: 'present', read, absent };
}

export function optional<T>(read: Reader<T>): OptionalField<T> {
  return { kind: 'optional', read };
}

/** Reads the named keys of an object and ignores all others; `null` is absence. */
export function object<F extends Fields>(fields: F): Reader<ObjectOf<F>> {
  const plan = Object.entries(fields).map(([key, field]) => ({ key, step: `/${key}`, field }));
  return (json, path, violations) => {
    if (!isObject(json)) {
      violations.add(path, 'error.expected.jsobject');
      return undefined;
    }
    const result: Record<string, unknown> = {};
    for (const { key, step, field } of plan) {
      const submitted = Object.hasOwn(json, key) ? json[key] : undefined;
      if (submitted !== undefined && submitted !== null) {
        result[key] = field.read(submitted, path + step, violations);
      } else if (field.whenMissing !== undefined) {
        reportMissing(field, { key, json, path: path + step }, violations);
      } else if (field.absent !== undefined) {
        result[key] = field.absent;
      }
    }
    return result as ObjectOf<F>;
  };
}

interface MissingKey {
  readonly key: string;
  readonly json: unknown;
  readonly path: string;
}

function reportMissing(field: Field, missing: MissingKey, violations: Violations): void {
  const text =
    field.whenMissing === 'path missing'
      ? 'error.path.missing'
      : `'${missing.key}' is undefined on object: ${JSON.stringify(missing.json)}`;
  violations.add(missing.path, text);
}
