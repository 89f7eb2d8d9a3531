export const MASK = '***';

/** Names of fields, headers, properties and flags whose values are nobody's business. */
const SECRET_NAME =
  /(?:authorization|password|passwd|secret|credentials?|private[-_]?key|api[-_]?key|cookie|(?:^|[-_])token)$/i;

/** `user:password@` in an address. */
const USER_INFO = /(:\/\/)[^/@\s]+@/g;

/** Deeper structures are cut off: a log line is no place for them, and a cycle must end somewhere. */
const DEEPEST = 8;

/**
 * The same structure with secrets masked: values of fields that are named like a secret, and credentials inside
 * addresses. Copies only what it changes. Errors and other class instances stay as they are; printing turns them into
 * plain objects first.
 */
export function redactSecrets<T>(value: T): T {
  return redact(value, 0) as T;
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return value.includes('://') ? value.replace(USER_INFO, `$1${MASK}@`) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
  if (value instanceof URL) return redact(value.href, depth);
  if (Array.isArray(value)) return redactItems(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? redactFields(value as Record<string, unknown>, depth)
    : value;
}

function redactItems(items: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const clean = redact(item, depth + 1);
    if (clean === item) continue;
    copy ??= [...items];
    copy[index] = clean;
  }
  return copy ?? items;
}

function redactFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    const isSecret =
      SECRET_NAME.test(name) && (typeof field === 'string' || (typeof field === 'object' && field !== null));
    const clean = isSecret ? MASK : redact(field, depth + 1);
    if (clean === field) continue;
    copy ??= { ...fields };
    copy[name] = clean;
  }
  return copy ?? fields;
}
