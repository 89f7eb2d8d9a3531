import type { Violations } from '../violations.js';

/**
 * Phase P as data (`spec/definitions.md` §2.4): a reader checks one JSON value and gives it typed, with defaults filled
 * in and unknown keys left out. A reader that finds violations records them and gives `undefined`; callers look
 * at the collector, never at the value, to know whether reading succeeded.
 */
export type Reader<T> = (json: unknown, path: string, violations: Violations) => T | undefined;

export interface StringLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly matches?: (text: string) => boolean;
}

/** A string, optionally within limits; lengths count UTF-16 units. */
export function string(limits: StringLimits = {}): Reader<string> {
  const { minLength = 0, maxLength = Infinity, matches } = limits;
  return (json, path, violations) => {
    if (typeof json !== 'string') return fail(violations, path, 'error.expected.jsstring');
    if (json.length < minLength) return fail(violations, path, 'error.minLength');
    if (json.length > maxLength) return fail(violations, path, 'error.maxLength');
    if (matches !== undefined && !matches(json)) return fail(violations, path, 'error.pattern');
    return json;
  };
}

export const boolean: Reader<boolean> = (json, path, violations) =>
  typeof json === 'boolean' ? json : fail(violations, path, 'error.expected.jsboolean');

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

/** A number; digits beyond what a double holds (`1e400`) make none. */
export function double(limits: NumberLimits = {}): Reader<number> {
  return (json, path, violations) =>
    Number.isFinite(json) ? within(json as number, limits, path, violations) : notANumber(path, violations);
}

/** A number without fraction (`1.0` has none) in 32 bits. */
export function int(limits: NumberLimits = {}): Reader<number> {
  return (json, path, violations) => {
    if (typeof json !== 'number') return notANumber(path, violations);
    if ((json | 0) !== json) return fail(violations, path, 'error.expected.int');
    return within(json, limits, path, violations);
  };
}

/** A number without fraction that doubles hold exactly. */
export function long(limits: NumberLimits = {}): Reader<number> {
  return (json, path, violations) => {
    if (typeof json !== 'number') return notANumber(path, violations);
    if (!Number.isSafeInteger(json)) return fail(violations, path, 'error.expected.long');
    return within(json, limits, path, violations);
  };
}

/** A literal of a closed list, recognised in any case and given in its canonical spelling. */
export function literal<const T extends string>(...literals: readonly T[]): Reader<T> {
  const canonical = new Map(literals.map((text) => [text.toLowerCase(), text]));
  return (json, path, violations) => {
    const found = typeof json === 'string' ? canonical.get(json.toLowerCase()) : undefined;
    return found ?? fail(violations, path, 'error.unknown.enum.literal');
  };
}

export interface ArrayLimits {
  readonly minLength?: number;
}

export function array<T>(element: Reader<T>, limits: ArrayLimits = {}): Reader<readonly T[]> {
  const { minLength = 0 } = limits;
  return (json, path, violations) => {
    if (!Array.isArray(json)) return fail(violations, path, 'error.expected.jsarray');
    if (json.length < minLength) return fail(violations, path, 'error.minLength');
    const items: T[] = [];
    for (let index = 0; index < json.length; index++) {
      const item = element(json[index], `${path}(${index})`, violations);
      if (item !== undefined) items.push(item);
    }
    return items;
  };
}

/** An array whose duplicates collapse without notice. */
export function set<T>(element: Reader<T>, limits: ArrayLimits = {}): Reader<readonly T[]> {
  const read = array(element, limits);
  return (json, path, violations) => {
    const items = read(json, path, violations);
    if (items === undefined || items.length < 2) return items;
    const seen = new Set<string>();
    return items.filter((item) => {
      const size = seen.size;
      return seen.add(JSON.stringify(item)).size > size;
    });
  };
}

/** A map with free keys. */
export function record<T>(value: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (json, path, violations) => {
    if (!isObject(json)) return fail(violations, path, 'error.expected.jsobject');
    const entries: [string, T][] = [];
    for (const key of Object.keys(json)) {
      const read = value(json[key], `${path}/${key}`, violations);
      if (read !== undefined) entries.push([key, read]);
    }
    return Object.fromEntries(entries);
  };
}

export function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function within(
  value: number,
  limits: NumberLimits,
  path: string,
  violations: Violations,
): number | undefined {
  if (limits.min !== undefined && value < limits.min) return fail(violations, path, 'error.min');
  if (limits.max !== undefined && value > limits.max) return fail(violations, path, 'error.max');
  return value;
}

function notANumber(path: string, violations: Violations): undefined {
  return fail(violations, path, 'error.expected.jsnumber');
}

function fail(violations: Violations, path: string, code: string): undefined {
  violations.add(path, code);
  return undefined;
}
