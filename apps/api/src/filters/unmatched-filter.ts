import type { FastifyInstance } from 'fastify';
import { methodsOf, splitAppPath } from '../paths/app-path.js';
import { groupMethodsOf, splitGroupPath } from '../paths/group-path.js';
import { pathOf } from '../paths/path-of.js';
import { send } from '../server/send.js';
import { methodNotAllowed } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';

const BELOW_APPS = '/v2/apps/';
const BELOW_GROUPS = '/v2/groups/';

/**
 * Answers what no route takes: 404 for unknown paths, 405 for known ones, and `OPTIONS` of known ones
 * (`spec/rest-api.md` §1.6, §1.8, §3.4).
 */
export function unmatchedFilter(server: FastifyInstance): void {
  const routes = new RouteMethods();
  server.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const allowed = routes.of(pathOf(request.url));
    if (allowed.length === 0) return send(reply, uriNotFound());
    if (request.method !== 'OPTIONS') return send(reply, methodNotAllowed(allowed));
    send(reply, { status: 200, headers: { Allow: [...allowed, 'OPTIONS'].join(', ') } });
  });
}

/** Which methods each registered pattern takes. Patterns are fixed paths, or end in `/*`. */
class RouteMethods {
  private readonly byPattern = new Map<string, Set<string>>();

  add(pattern: string, methods: readonly string[]): void {
    const known = this.byPattern.get(pattern) ?? new Set();
    for (const method of methods) known.add(method);
    this.byPattern.set(pattern, known);
  }

  of(path: string): readonly string[] {
    if (path.startsWith(BELOW_APPS)) return methodsOf(splitAppPath(path.slice(BELOW_APPS.length)));
    if (path.startsWith(BELOW_GROUPS)) return groupMethodsOf(splitGroupPath(path.slice(BELOW_GROUPS.length)));
    const exact = this.byPattern.get(path);
    if (exact !== undefined) return [...exact].toSorted();
    for (const [pattern, methods] of this.byPattern) {
      if (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))) return [...methods].toSorted();
    }
    return [];
  }
}
