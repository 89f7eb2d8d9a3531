import { canonicalPath, ROOT } from '#domain';

/** What a path at or below `/v2/groups` addresses (`spec/rest-api.md` §9). Ids are canonical. */
export type GroupPath =
  | { readonly kind: 'group'; readonly groupId: string }
  /** Read: every app below a group. Written: the group that is named so. */
  | { readonly kind: 'apps'; readonly groupId: string; readonly named: string }
  | { readonly kind: 'versions'; readonly groupId: string }
  | { readonly kind: 'version'; readonly groupId: string; readonly version: string };

const READ = ['GET', 'HEAD'];

/** The methods that a path at or below `/v2/groups` takes, as `Allow` lists them. */
export function groupMethodsOf(path: GroupPath): readonly string[] {
  const groupId = writableGroup(path);
  if (groupId === undefined) return READ;
  const patch = groupId === ROOT ? [] : ['PATCH'];
  return ['DELETE', ...READ, ...patch, 'POST', 'PUT'];
}

/** The group that a write to the path means; `undefined` where nothing can be written. */
export function writableGroup(path: GroupPath): string | undefined {
  if (path.kind === 'group') return path.groupId;
  return path.kind === 'apps' ? path.named : undefined;
}

/** Splits the decoded rest of a path after `/v2/groups`; a suffix wins over an id. */
export function splitGroupPath(rest: string): GroupPath {
  const segments = rest.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1);
  const groupId = idOf(segments.slice(0, -1));
  if (last === 'versions') return { kind: 'versions', groupId };
  if (last !== undefined && segments.at(-2) === 'versions') {
    return { kind: 'version', groupId: idOf(segments.slice(0, -2)), version: last };
  }
  if (last === 'apps') return { kind: 'apps', groupId, named: idOf(segments) };
  return { kind: 'group', groupId: idOf(segments) };
}

const idOf = (segments: readonly string[]): string => canonicalPath(`/${segments.join('/')}`);
