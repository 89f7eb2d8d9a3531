/** One field that differs: a JSON pointer (RFC 6901), and what stands there on each side, absent where nothing does. */
export interface FieldChange {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What differs between two JSON values, member by member; arrays are compared place by place. */
export function jsonDiff(from: unknown, to: unknown, path = ''): FieldChange[] {
  if (from === to) return [];
  if (isBranch(from) && isBranch(to) && Array.isArray(from) === Array.isArray(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) =>
      jsonDiff(member(from, name), member(to, name), `${path}/${escaped(name)}`),
    );
  }
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

type Branch = Readonly<Record<string, unknown>>;

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

const member = (value: Branch, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
