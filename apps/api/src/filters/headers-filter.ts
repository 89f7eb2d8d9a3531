import type { FastifyInstance } from 'fastify';
import type { LeaderFinder } from '../standby/leader-finder.js';

/** Headers that every answer carries (`spec/rest-api.md` §1.2, `spec/operations.md` §10.4). */
const ALWAYS = {
  'cache-control': 'no-cache, no-store, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'x-content-type-options': 'nosniff',
};

export function headersFilter(server: FastifyInstance, leader: Pick<LeaderFinder, 'baseUrl'>): void {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(ALWAYS);
    const { baseUrl } = leader;
    if (baseUrl !== undefined) reply.header('x-marathon-leader', baseUrl);
    done();
  });
}
