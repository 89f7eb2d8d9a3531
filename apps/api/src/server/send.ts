import type { FastifyReply } from 'fastify';
import type { Answer } from '../wire/answer.js';

/** Sends an answer; nothing else in the API writes to a reply, except the event stream. */
export function send(reply: FastifyReply, answer: Answer): void {
  reply.code(answer.status);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.contentType !== undefined) reply.header('content-type', answer.contentType);
  void reply.send(answer.body);
}
