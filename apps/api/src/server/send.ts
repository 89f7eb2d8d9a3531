import type { FastifyReply } from 'fastify';
import type { Answer } from '../wire/answer.js';

/** An answer whose body may have been encoded elsewhere already. */
export type SendableAnswer = Omit<Answer, 'body'> & { readonly body?: string | Buffer };

/** Sends an answer; nothing else in the API writes to a reply, except the event stream. */
export function send(reply: FastifyReply, answer: SendableAnswer): void {
  reply.code(answer.status);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.contentType !== undefined) reply.header('content-type', answer.contentType);
  void reply.send(answer.body);
}
