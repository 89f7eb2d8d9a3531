import { UsageError } from '../errors.js';
import type { JsonObject } from './read-definition.js';

/** Maps whose values are texts, whatever they look like. */
const TEXT_MAPS: ReadonlySet<string> = new Set(['env', 'labels']);

/** `container.docker.image=nginx` or `/container/docker/image=nginx`, taken apart. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** @throws {UsageError} it is not of that form. */
export function assignmentOf(text: string): Assignment {
  const at = text.indexOf('=');
  const left = at < 0 ? '' : text.slice(0, at);
  const path = left.startsWith('/')
    ? left
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : left.split('.');
  if (path.some((part) => part === '')) {
    throw new UsageError(`\`--set\` takes path=value, not \`${text}\``, [
      'for example --set instances=3, --set container.docker.image=nginx:1.27, --set /labels/a.b=c',
    ]);
  }
  const value = text.slice(at + 1);
  return { path, value: TEXT_MAPS.has(path[0]!) && value !== 'null' ? value : jsonOr(value) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * A copy of `base` with the value at the path; `null` takes away what is there. Objects on the way come into being,
 * lists do not.
 *
 * @throws {UsageError} the path leads through something that has no members.
 */
export function withAssignment(base: JsonObject, { path, value }: Assignment): JsonObject {
  return assigned(base, path, value, path) as JsonObject;
}

function assigned(base: unknown, path: readonly string[], value: unknown, whole: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(base)) {
    const index = name === '-' ? base.length : Number(name);
    if (!Number.isInteger(index) || index < 0 || index > base.length) {
      throw new UsageError(
        `\`${whole.join('.')}\`: the list has ${base.length} items, and \`${name}\` is none of them`,
      );
    }
    const item = assigned(base[index], rest, value, whole);
    return rest.length === 0 && value === null ? base.toSpliced(index, 1) : base.toSpliced(index, 1, item);
  }
  if (base !== undefined && base !== null && typeof base !== 'object') {
    throw new UsageError(`\`${whole.join('.')}\`: there is nothing below a ${typeof base}`);
  }
  const members = { ...(base as Record<string, unknown> | undefined) };
  if (rest.length === 0 && value === null) {
    delete members[name];
    return members;
  }
  const member = Object.hasOwn(members, name) ? members[name] : undefined;
  // Not by assignment: `__proto__` is a name like any other.
  return { ...members, [name]: assigned(member, rest, value, whole) };
}
