import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SubmitCommand, type ApiCommand, type Submission } from '#domain';
import { ApiParts } from './api-parts.js';
import { actorOf } from './server/actor.js';
import { send } from './server/send.js';
import { errorAnswer } from './wire/answer.js';
import { replyAnswer } from './wire/reply-answer.js';

const LONGEST_KEY = 255;

/** Passes writes to the leader and answers once this node's reads show them (`design.md` §6). */
@Injectable()
export class Writer {
  constructor(
    private readonly commands: CommandBus,
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  /** Submits a command in the name of the request's sender and sends the answer. */
  async write(request: FastifyRequest, reply: FastifyReply, command: ApiCommand): Promise<void> {
    const key = request.headers['idempotency-key'];
    if (Array.isArray(key) || key === '' || (key !== undefined && key.length > LONGEST_KEY)) {
      return send(reply, errorAnswer(400, `Idempotency-Key must have 1 to ${LONGEST_KEY} characters`));
    }
    // It led when the request came in; the body took its time.
    if (!this.parts.leadership.leadsNow())
      return send(reply, errorAnswer(503, 'This node does not lead any more'));
    const submit = new SubmitCommand(command, actorOf(request), key);
    const submission = await this.commands.execute<SubmitCommand, Submission>(submit);
    await this.parts.projection.waitFor(submission.position);
    reply.header('x-ekiden-sequence', submission.position);
    send(reply, replyAnswer(command, submission.reply, baseUrlOf(request, this.parts)));
  }
}

/** A name or an address, with or without a port; anything else in a `Host` header is not echoed. */
const HOST = /^[\w.:[\]-]+$/;

/** The server as the client addressed it, else as the leader is known: what relative `Location`s resolve against. */
function baseUrlOf(request: FastifyRequest, { own }: ApiParts): string {
  if (HOST.test(request.host)) return `${request.protocol}://${request.host}`;
  return `${own.scheme}://${own.hostPort}`;
}
