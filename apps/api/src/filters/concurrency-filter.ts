import type { FastifyInstance } from 'fastify';
import type { Configuration } from '#configuration';
import { pathOf } from '../paths/path-of.js';
import { send } from '../server/send.js';
import { POSITION_PATH, STREAM_PATHS } from '../standby/standby-route.js';
import { errorAnswer } from '../wire/answer.js';

/** Streams last for ever, and an overloaded server must still tell how it is, and where. */
const EXEMPT: ReadonlySet<string> = new Set([
  ...STREAM_PATHS,
  '/ping',
  '/metrics',
  '/metrics/prometheus',
  POSITION_PATH,
]);

/** At most `--http_max_concurrent_requests` at a time, each counted until its response ends (`spec/operations.md` §1.1). */
export function concurrencyFilter(
  server: FastifyInstance,
  { httpMaxConcurrentRequests: limit }: Configuration,
): void {
  if (limit === undefined) return;
  const refusal = errorAnswer(503, `Too many concurrent requests! Allowed: ${limit}.`);
  let active = 0;
  server.addHook('onRequest', (request, reply, done) => {
    if (EXEMPT.has(pathOf(request.url))) return done();
    if (active >= limit) return send(reply, refusal);
    active += 1;
    reply.raw.once('close', () => {
      active -= 1;
    });
    done();
  });
}
