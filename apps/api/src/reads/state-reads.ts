import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { namesType } from '../paths/accept.js';
import { textParam, type Query } from '../paths/query.js';
import { send } from '../server/send.js';
import { SharedAnswer, SharedAnswers } from './shared-answers.js';
import { answerRead, type StateRead } from './state-read.js';

/** Header with the position of the state that an answer shows. */
export const SEQUENCE_HEADER = 'x-ekiden-sequence';

/** Answers reads from the projection or, with `?at=`, from a former state (`spec/operations.md` §18.3). */
@Injectable()
export class StateReads {
  private readonly nowMs: () => number;
  private readonly listedVersions: number;
  private readonly compresses: boolean;
  private readonly shared = new SharedAnswers();

  constructor(
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
    this.listedVersions = options.configuration.zkMaxVersions;
    this.compresses = options.configuration.httpCompression;
  }

  /** Sends the answer; at once, unless it is about the past. */
  send(request: FastifyRequest, reply: FastifyReply, read: StateRead): void | Promise<void> {
    if (formerMoment(request) !== undefined) return this.sendPast(request, reply, read);
    const { model } = this.parts.projection;
    const { position } = model.state;
    markSequence(request, reply, position);
    const { listedVersions } = this;
    const answer = this.shared.to(read, position, () =>
      answerRead({ model, nowMs: this.nowMs(), listedVersions }, read),
    );
    return answer instanceof SharedAnswer ? this.sendShared(request, reply, answer) : send(reply, answer);
  }

  /** As the plug-in that compresses all other answers would send it, but compressed once for all. */
  private async sendShared(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: SharedAnswer,
  ): Promise<void> {
    const { headers } = request;
    const isZipped =
      this.compresses &&
      namesType(headers['accept-encoding'], 'gzip') &&
      headers['x-no-compression'] === undefined;
    if (!isZipped) return send(reply, answer.plain);
    const body = await answer.gzipped();
    const vary = [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', ');
    void reply.header('content-encoding', 'gzip').header('vary', vary);
    send(reply, { ...answer.plain, body });
  }

  private async sendPast(request: FastifyRequest, reply: FastifyReply, read: StateRead): Promise<void> {
    const at = formerMoment(request) ?? '';
    const { answer, position } = await this.parts.past.ask({ kind: 'read', at, read });
    if (position !== undefined) reply.header(SEQUENCE_HEADER, position);
    send(reply, answer);
  }
}

/** The position or the instant that a read asks for; `undefined` for the present. */
export const formerMoment = (request: FastifyRequest): string | undefined =>
  textParam(request.query as Query, 'at');

/** Tells whoever asked for a position which one the answer shows. Nobody else's answers change. */
export function markSequence(request: FastifyRequest, reply: FastifyReply, position: number): void {
  if (textParam(request.query as Query, 'min_sequence') !== undefined) {
    reply.header(SEQUENCE_HEADER, position);
  }
}
