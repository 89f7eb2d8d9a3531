import { canonicalPath } from '#domain';

/** What a path below `/v2/apps/` addresses (`spec/rest-api.md` §0, §7, §8). Ids are canonical. */
export type AppPath =
  | { readonly kind: 'app'; readonly appId: string }
  | { readonly kind: 'restart'; readonly appId: string }
  | { readonly kind: 'versions'; readonly appId: string }
  | { readonly kind: 'version'; readonly appId: string; readonly version: string }
  | { readonly kind: 'tasks'; readonly appId: string }
  | { readonly kind: 'task'; readonly appId: string; readonly taskId: string }
  /** `{prefix}/*`: every app below a group. */
  | { readonly kind: 'glob'; readonly groupId: string }
  /** The tasks of every app below a group. */
  | { readonly kind: 'globTasks'; readonly groupId: string };

/** Paths that take GET. */
export type ReadableAppPath = Exclude<AppPath, { readonly kind: 'restart' | 'task' }>;

export const isReadable = (path: AppPath): path is ReadableAppPath => METHODS[path.kind].includes('GET');

/** Methods by kind, as `Allow` lists them. */
const METHODS: Readonly<Record<AppPath['kind'], readonly string[]>> = {
  app: ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'],
  restart: ['DELETE', 'POST'],
  versions: ['GET', 'HEAD'],
  version: ['GET', 'HEAD'],
  tasks: ['DELETE', 'GET', 'HEAD'],
  task: ['DELETE'],
  glob: ['GET', 'HEAD'],
  globTasks: ['GET', 'HEAD'],
};

/** The methods that a path below `/v2/apps/` takes. */
export const methodsOf = (path: AppPath): readonly string[] => METHODS[path.kind];

/**
 * Splits the decoded rest of a path after `/v2/apps/`. A suffix wins over an id, and the id takes as many segments
 * as it can: `a/tasks/tasks` is the task list of `/a/tasks`, not the task `tasks` of `/a`.
 */
export function splitAppPath(rest: string): AppPath {
  const segments = rest.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1) ?? '';
  if (segments.length >= 2) {
    const owner = segments.slice(0, -1);
    if (last === 'restart') return { kind: 'restart', appId: idOf(owner) };
    if (last === 'versions') return { kind: 'versions', appId: idOf(owner) };
    if (last === 'tasks') return tasksOf(owner);
  }
  if (segments.length >= 3) {
    const owner = segments.slice(0, -2);
    const collection = segments.at(-2);
    if (collection === 'versions') return { kind: 'version', appId: idOf(owner), version: last };
    if (collection === 'tasks') return { kind: 'task', appId: idOf(owner), taskId: last };
  }
  return last === '*'
    ? { kind: 'glob', groupId: idOf(segments.slice(0, -1)) }
    : { kind: 'app', appId: idOf(segments) };
}

function tasksOf(owner: readonly string[]): AppPath {
  return owner.at(-1) === '*'
    ? { kind: 'globTasks', groupId: idOf(owner.slice(0, -1)) }
    : { kind: 'tasks', appId: idOf(owner) };
}

const idOf = (segments: readonly string[]): string => canonicalPath(`/${segments.join('/')}`);
