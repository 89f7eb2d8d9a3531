import type { FastifyInstance } from 'fastify';
import { qualityOf } from '../paths/accept.js';
import { send } from '../server/send.js';
import { errorAnswer, JSON_TYPE } from '../wire/answer.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types that the route can answer with; JSON unless given, none for routes that decide themselves. */
    produces?: readonly string[];
  }
}

const JSON_ONLY: readonly string[] = [JSON_TYPE];

/** For `@RouteConfig`: the route does its own content negotiation. */
export const NEGOTIATES = { produces: [] } as const;

/** 406 for clients that want none of what a route can produce (`spec/rest-api.md` §1.8). */
export function acceptFilter(server: FastifyInstance): void {
  const refusal = errorAnswer(406, 'Not Acceptable');
  server.addHook('onRequest', (request, reply, done) => {
    const { accept } = request.headers;
    if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return done();
    const produces = request.routeOptions.config.produces ?? JSON_ONLY;
    const acceptable = produces.length === 0 || produces.some((type) => qualityOf(accept, type) > 0);
    if (acceptable) done();
    else send(reply, refusal);
  });
}
