import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from '../server/actor.js';
import type { Subscriber } from './event-hub.js';

/**
 * Sends the head of a stream, past the framework, which would buffer, compress and frame (`spec/operations.md` §2.2).
 * The answer of HEAD ends there, and so does that to a client that has gone.
 */
export function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
): Subscriber | undefined {
  reply.hijack();
  // Nobody would tell of its end any more.
  if (reply.raw.destroyed || request.raw.socket.destroyed) return undefined;
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': contentType,
    connection: 'close',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') {
    reply.raw.end();
    return undefined;
  }
  reply.raw.flushHeaders();
  return { response: reply.raw, address: addressOf(request) };
}
