/** A parsed query string: a repeated key is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Every value of a repeatable parameter; commas do not separate (`spec/rest-api.md` §1.4). */
export function listParam(query: Query, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The value of a parameter that counts once; of repeated ones the first. Empty means absent. */
export function textParam(query: Query, name: string): string | undefined {
  const value = listParam(query, name)[0];
  return value === '' ? undefined : value;
}

/**
 * A boolean parameter: `true` in any spelling (Python clients send `True`) is true, any other text false, absent or
 * empty the endpoint's default.
 */
export function booleanParam(query: Query, name: string, byDefault: boolean): boolean {
  const value = textParam(query, name);
  return value === undefined ? byDefault : value.toLowerCase() === 'true';
}
