import * as fc from 'fast-check';
import { anyText, PROTOTYPE_KEYS } from './texts.js';

/** A value as a JSON text can give it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const NUMBERS = [
  0, -0, 1, -1, 0.5, -0.001, 255, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 2 ** 53, 1e21, 1e308,
  -1e308, 5e-324, Number.MAX_SAFE_INTEGER + 2,
]; // prettier-ignore

const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  number,
  anyText(),
  fc.constantFrom<Json>({}, []),
);

const key = fc.oneof(anyText(12), fc.constantFrom(...PROTOTYPE_KEYS));

/** Any JSON value; keys of prototypes are own members, as `JSON.parse` makes them. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => objectOf(entries)),
    tie('value').map((inner) =>
      objectOf([
        ['toString', inner],
        ['valueOf', inner],
      ]),
    ),
  ),
})).value;

/** One of the values with a few of its places changed: the shapes are real, what stands in them is not. */
export const mutated = (values: readonly Json[], most = 4): fc.Arbitrary<Json> =>
  fc
    .tuple(fc.constantFrom(...values), fc.array(anyChange, { maxLength: most }))
    .map(([value, changes]) => changes.reduce(changed, value));

interface Change {
  readonly kind: 'replace' | 'remove' | 'wrap' | 'add' | 'double' | 'swap' | 'deepen';
  readonly at: number;
  readonly with: Json;
  readonly key: string;
}

const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'remove', 'wrap', 'add', 'double', 'swap', 'deepen'),
  at: fc.nat(10_000),
  with: fc.oneof(scalar, anyJson),
  key,
});

function changed(value: Json, change: Change): Json {
  const places = countPlaces(value);
  return at(value, change.at % places, (found) => replaced(found, change, value));
}

function replaced(found: Json, { kind, with: piece, key: name }: Change, whole: Json): Json | undefined {
  switch (kind) {
    case 'replace':
      return piece;
    case 'remove':
      return undefined;
    case 'wrap':
      return [found];
    case 'add':
      return isObject(found) ? objectOf([...Object.entries(found), [name, piece]]) : [found, piece];
    case 'double':
      return Array.isArray(found) ? [...(found as Json[]), ...(found as Json[])] : [found, found];
    case 'swap':
      return whole;
    case 'deepen':
      return nested(found, 30);
  }
}

/** A value within so many objects and arrays. */
export function nested(value: Json, levels: number): Json {
  let result = value;
  for (let level = 0; level < levels; level += 1) result = level % 2 === 0 ? [result] : { a: result };
  return result;
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members by name, `__proto__` like any other. */
const objectOf = (entries: readonly (readonly [string, Json])[]): Json => Object.fromEntries(entries);

/** How many values there are within a value, itself included. */
function countPlaces(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countPlaces(inner), 1);
}

/** A copy with the place of that number, counted depth first, put through `act`; `undefined` takes it away. */
function at(value: Json, index: number, act: (found: Json) => Json | undefined): Json {
  if (index === 0) return act(value) ?? null;
  let left = index - 1;
  const entries: [string, Json][] = [];
  for (const [name, inner] of Object.entries(value as object) as [string, Json][]) {
    const size = countPlaces(inner);
    if (left >= 0 && left < size) {
      const result = left === 0 ? act(inner) : at(inner, left, act);
      if (result !== undefined) entries.push([name, result]);
    } else entries.push([name, inner]);
    left -= size;
  }
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : objectOf(entries);
}
