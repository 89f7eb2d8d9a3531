import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ApiParts } from '../api-parts.js';
import { textParam, type Query } from '../paths/query.js';
import type { Projection } from '../projection/projection.js';
import { send } from '../server/send.js';
import { reachedWithin } from '../standby/reached-within.js';
import { isRead } from '../standby/standby-route.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** How long a read waits for the position that it asks for, in ms. */
const WAIT_MS = 5000;

const SEQUENCE = /^\d{1,15}$/;

/**
 * `?min_sequence=` on reads: whoever wrote, or saw an event, reads its own writes through any node. A read waits until this
 * node shows the position, and is refused with the one it has reached if that takes too long (`spec/operations.md` §18.3).
 */
export function minSequenceFilter(server: FastifyInstance, { projection }: ApiParts): void {
  server.addHook('onRequest', (request, reply, done) => {
    const text = textParam(request.query as Query, 'min_sequence');
    if (text === undefined || request.is404 || !isRead(request.method)) return done();
    if (!SEQUENCE.test(text)) return send(reply, unreadable(text));
    void passOnceReached(projection, Number(text), { reply, goOn: done });
  });
}

async function passOnceReached(
  projection: Projection,
  wanted: number,
  { reply, goOn }: { readonly reply: FastifyReply; readonly goOn: () => void },
): Promise<void> {
  const isReached = await reachedWithin(projection, wanted, WAIT_MS);
  const { position } = projection;
  reply.header('x-ekiden-sequence', position);
  if (isReached) goOn();
  else send(reply, notReached(wanted, position));
}

const unreadable = (text: string): Answer =>
  errorAnswer(400, `min_sequence must be a position of the event log, not '${text}'`);

const notReached = (wanted: number, position: number): Answer => ({
  ...errorAnswer(503, `This node has reached position ${position}, not ${wanted}`),
  headers: { 'Retry-After': '1' },
});
