import type { FieldChange, Json } from './json-diff.js';

/** The value that a list of changes makes of another one: what a reader of a diff would do with it. */
export function applyChanges(from: Json | undefined, changes: readonly FieldChange[]): Json | undefined {
  let root: unknown = structuredClone(from);
  for (const change of changes) {
    const keys = change.path.split('/').slice(1).map(unescaped);
    const last = keys.pop();
    if (last === undefined) {
      root = change.to;
      continue;
    }
    let parent = root as Record<string, unknown>;
    for (const key of keys) parent = parent[key] as Record<string, unknown>;
    if ('to' in change) define(parent, last, change.to);
    else delete parent[last];
  }
  return root as Json | undefined;
}

const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** Also for keys like `__proto__`, as `JSON.parse` does it. */
const define = (object: object, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
};
