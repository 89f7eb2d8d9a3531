/** A JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** One place that differs: a JSON pointer (RFC 6901), and what is there on each side; absent where nothing is. */
export interface FieldChange {
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/**
 * What differs between two JSON values, place by place in the order of the first and then of what the second has beside.
 * Objects are compared member by member, lists of the same length element by element; lists of different lengths differ
 * as a whole, since nobody can tell which elements moved. `undefined`: nothing is there at all.
 */
export function diffJson(from: Json | undefined, to: Json | undefined): FieldChange[] {
  const changes: FieldChange[] = [];
  collect('', from, to, changes);
  return changes;
}

function collect(path: string, from: Json | undefined, to: Json | undefined, into: FieldChange[]): void {
  if (from === to) return;
  if (isList(from) && isList(to) && from.length === to.length) {
    from.forEach((element, index) => collect(`${path}/${index}`, element, to[index], into));
  } else if (isObject(from) && isObject(to)) {
    for (const [key, value] of Object.entries(from)) {
      collect(`${path}/${escaped(key)}`, value, own(to, key), into);
    }
    for (const [key, value] of Object.entries(to)) {
      if (!Object.hasOwn(from, key)) collect(`${path}/${escaped(key)}`, undefined, value, into);
    }
  } else if (!sameList(from, to)) {
    into.push({ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  }
}

const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sameList = (from: Json | undefined, to: Json | undefined): boolean =>
  isList(from) && isList(to) && from.length === 0 && to.length === 0;

/** A key as a segment of a JSON pointer. */
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
