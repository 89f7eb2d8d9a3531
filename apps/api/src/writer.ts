import { Inject, Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlanChange, SubmitCommand, type ApiCommand, type PlannedChange, type Submission } from '#domain';
import { ApiParts } from './api-parts.js';
import { booleanParam, type Query } from './paths/query.js';
import { actorOf } from './server/actor.js';
import { send } from './server/send.js';
import { errorAnswer, valueAnswer, type Answer } from './wire/answer.js';
import { refusalAnswer } from './wire/refusal-answer.js';
import { replyAnswer } from './wire/reply-answer.js';

const LONGEST_KEY = 255;
const LONGEST_TOKEN = 1024;

const NO_LEADER = 'This node does not lead any more';

/** Passes writes to the leader and answers once this node's reads show them (`design.md` §6). */
@Injectable()
export class Writer {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  /** Submits a command in the name of the request's sender and sends the answer; or the one that there is already. */
  async write(request: FastifyRequest, reply: FastifyReply, wish: ApiCommand | Answer): Promise<void> {
    if ('status' in wish) return send(reply, wish);
    const key = request.headers['idempotency-key'];
    if (Array.isArray(key) || key === '' || (key !== undefined && key.length > LONGEST_KEY)) {
      return send(reply, errorAnswer(400, `Idempotency-Key must have 1 to ${LONGEST_KEY} characters`));
    }
    const token = request.headers['x-ekiden-plan'];
    if (Array.isArray(token) || token === '' || (token !== undefined && token.length > LONGEST_TOKEN)) {
      return send(reply, errorAnswer(400, `X-Ekiden-Plan must have 1 to ${LONGEST_TOKEN} characters`));
    }
    // It led when the request came in; the body took its time.
    if (!this.parts.leadership.leadsNow()) return send(reply, errorAnswer(503, NO_LEADER));
    if (isDryRun(request, wish)) return send(reply, await this.stepsOf(wish));
    const submit = new SubmitCommand(wish, actorOf(request), key, token);
    const submission = await this.commands.execute<SubmitCommand, Submission>(submit);
    await this.parts.projection.waitFor(submission.position);
    reply.header('x-ekiden-sequence', submission.position);
    send(reply, replyAnswer(wish, submission.reply, baseUrlOf(request, this.parts)));
  }

  /** What a command would come to, or the answer that says why nobody can tell. */
  async plan(command: ApiCommand, withPlacements: boolean): Promise<PlannedChange | Answer> {
    if (!this.parts.leadership.leadsNow()) return errorAnswer(503, NO_LEADER);
    const question = new PlanChange(command, withPlacements);
    const planned = await this.queries.execute<PlanChange, PlannedChange | undefined>(question);
    if (planned === undefined) return errorAnswer(503, 'Ekiden is loading its state');
    // A plan must not rest on what may still be lost.
    await this.parts.projection.waitFor(planned.position);
    return planned;
  }

  /** As groups answer a dry run (`spec/rest-api.md` §9.5, `spec/ui.md` §17). */
  private async stepsOf(command: ApiCommand): Promise<Answer> {
    const planned = await this.plan(command, false);
    if ('status' in planned) return planned;
    const { reply, outlook } = planned;
    return reply.kind === 'refused'
      ? refusalAnswer(reply, command.type)
      : valueAnswer({ steps: outlook.steps });
  }
}

/** A change of a group knows by itself what is meant; there is nothing to plan about a delay. */
function isDryRun({ query }: FastifyRequest, { type }: ApiCommand): boolean {
  return type !== 'PutGroup' && type !== 'ResetDelay' && booleanParam(query as Query, 'dryRun', false);
}

/** A name or an address, with or without a port; anything else in a `Host` header is not echoed. */
const HOST = /^[\w.:[\]-]+$/;

/** The server as the client addressed it, else as the leader is known: what relative `Location`s resolve against. */
function baseUrlOf(request: FastifyRequest, { own }: ApiParts): string {
  if (HOST.test(request.host)) return `${request.protocol}://${request.host}`;
  return `${own.scheme}://${own.hostPort}`;
}
