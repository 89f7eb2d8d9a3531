import type { FastifyInstance } from 'fastify';
import type { ApiParts } from '../api-parts.js';
import { textParam, type Query } from '../paths/query.js';
import { send } from '../server/send.js';
import { reachedWithin } from '../standby/reached-within.js';
import { isRead } from '../standby/standby-route.js';
import { errorAnswer } from '../wire/answer.js';

/** How long a read waits for the position that it asks for, in ms. */
const WAIT_MS = 5000;

const SEQUENCE = /^\d{1,15}$/;

/**
 * `?min_sequence=` on reads: whoever wrote, or saw an event, reads its own writes through any node. A read waits until this
 * node shows the position, and is refused with the one it has reached if that takes too long (`spec/operations.md` §18.3).
 */
export function minSequenceFilter(server: FastifyInstance, { projection }: ApiParts, waitMs = WAIT_MS): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (request.is404 || !isRead(request.method)) return done();
    const text = textParam(request.query as Query, 'min_sequence');
    if (text === undefined) return done();
    if (!SEQUENCE.test(text)) {
      return send(reply, errorAnswer(400, `min_sequence must be a position of the event log, not '${text}'`));
    }
    const wanted = Number(text);
    void reachedWithin(projection, wanted, waitMs).then((isReached) => {
      reply.header('x-ekiden-sequence', projection.position);
      if (isReached) return done();
      const message = `This node has reached position ${projection.position}, not ${wanted}`;
      send(reply, { ...errorAnswer(503, message), headers: { 'Retry-After': '1' } });
    });
  });
}
