import type { FastifyRequest } from 'fastify';
import { pathOf } from '../paths/path-of.js';
import type { Query } from '../paths/query.js';
import { readJson, type JsonBody } from '../server/body-parser.js';

/** A write of v2, as far as the command behind it depends on it: one that was sent, or one that is planned. */
export interface WriteRequest {
  readonly method: string;
  /** Path as the client wrote it, without its query. */
  readonly uri: string;
  /** The decoded rest of the path behind that of the collection. */
  readonly rest: string;
  readonly query: Query;
  /** Read when it is needed: what is wrong with the path comes first. */
  readonly body: () => JsonBody;
}

/** A request that was sent. */
export function sentRequest(request: FastifyRequest, query: Query, rest = ''): WriteRequest {
  const { method, originalUrl } = request;
  return { method, uri: pathOf(originalUrl), rest, query, body: () => readJson(request.body) };
}
