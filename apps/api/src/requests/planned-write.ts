import { parse as parseQuery } from 'node:querystring';
import type { ApiCommand } from '#domain';
import { groupMethodsOf, splitGroupPath } from '../paths/group-path.js';
import { normalizeUrl, originForm } from '../paths/normalize-url.js';
import { pathOf } from '../paths/path-of.js';
import type { Query } from '../paths/query.js';
import { readJson } from '../server/body-parser.js';
import { methodNotAllowed, type Answer } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';
import { appsWrite, appWrite } from './app-writes.js';
import { groupWrite } from './group-writes.js';
import { deploymentCancel, tasksDelete } from './other-writes.js';
import type { WriteRequest } from './write-request.js';

/** A write that was not sent. `body` is JSON; absent: an empty one. */
export interface PlannedWrite {
  readonly method: string;
  /** Path of v2 with its query, as it would be sent. */
  readonly path: string;
  readonly body?: unknown;
}

type Reading = (request: WriteRequest) => ApiCommand | Answer;

/** Where writes go, and what they are read with: the functions that the controllers of these paths use. */
const ROUTES: readonly {
  readonly path: string;
  /** Whether the route takes what lies below the path, too. */
  readonly below: boolean;
  readonly methods: readonly string[];
  readonly read: Reading;
}[] = [
  { path: '/v2/apps', below: false, methods: ['POST', 'PUT', 'PATCH'], read: appsWrite },
  { path: '/v2/apps/', below: true, methods: ['POST', 'PUT', 'PATCH', 'DELETE'], read: appWrite },
  { path: '/v2/groups', below: false, methods: ['POST', 'PUT', 'DELETE'], read: groupWrite },
  { path: '/v2/groups/', below: true, methods: ['POST', 'PUT', 'PATCH', 'DELETE'], read: groupWrite },
  { path: '/v2/tasks/delete', below: false, methods: ['POST'], read: tasksDelete },
  { path: '/v2/deployments/', below: true, methods: ['DELETE'], read: deploymentCancel },
];

/** The command behind a write that was not sent, or the answer that it would get instead of one. */
export function commandBehind({ method: sent, path: target, body }: PlannedWrite): ApiCommand | Answer {
  const method = sent.toUpperCase();
  const url = normalizeUrl(target);
  const path = decoded(pathOf(url));
  const route = ROUTES.find(({ path: start, below }) => (below ? path.startsWith(start) : path === start));
  if (route === undefined) return uriNotFound();
  const { methods, read } = route;
  if (!methods.includes(method)) {
    const ofGroup = read === groupWrite;
    return methodNotAllowed(
      ofGroup ? groupMethodsOf(splitGroupPath(path.slice(route.path.length))) : methods,
    );
  }
  return read({
    method,
    uri: pathOf(originForm(target)),
    rest: path.slice(route.path.length),
    query: queryOf(url),
    body: () => (body === undefined ? readJson(undefined) : { ok: true, value: body }),
  });
}

/** What cannot be decoded stays as it is; no id has a percent sign. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** As the server reads the queries of real requests. */
function queryOf(url: string): Query {
  const start = url.indexOf('?');
  return start < 0 ? {} : parseQuery(url.slice(start + 1));
}
