/** Fields whose order means nothing: arrays declared as sets (`spec/definitions.md` §2.4). */
const SET_FIELDS: ReadonlySet<string> = new Set([
  'constraints',
  'healthChecks',
  'dependencies',
  'acceptedResourceRoles',
  'httpStatusCodesForReady',
]);

/**
 * Whether two parts of definitions say the same: keys in any order, absent and `undefined` alike, set-like fields
 * in any order. `field` is the key under which the values stand.
 */
export function sameValue(a: unknown, b: unknown, field = ''): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    if (SET_FIELDS.has(field)) return sameMembers(a, b);
    return a.every((item, index) => sameValue(item, b[index]));
  }
  return sameKeys(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameMembers(a: readonly unknown[], b: readonly unknown[]): boolean {
  const left = [...b];
  return a.every((item) => {
    const index = left.findIndex((candidate) => sameValue(item, candidate));
    if (index < 0) return false;
    left.splice(index, 1);
    return true;
  });
}

function sameKeys(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key of Object.keys(a)) {
    if (!sameValue(a[key], Object.hasOwn(b, key) ? b[key] : undefined, key)) return false;
  }
  return Object.keys(b).every((key) => b[key] === undefined || Object.hasOwn(a, key));
}
