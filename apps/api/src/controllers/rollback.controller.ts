import { Controller, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiParts } from '../api-parts.js';
import { readMoment } from '../past/moment-text.js';
import type { Subject } from '../past/question.js';
import { pathOf } from '../paths/path-of.js';
import { booleanParam, type Query as QueryParams } from '../paths/query.js';
import { splitVerbPath } from '../paths/verb-path.js';
import { ANY_TYPE, readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { errorAnswer, type Answer } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';
import { Writer } from '../writer.js';

/** Back to any version, as an ordinary command (`spec/operations.md` §18.3). */
@Controller('ekiden/v1')
export class RollbackController {
  constructor(
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Post('apps/*')
  @RouteConfig(ANY_TYPE)
  app(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.rollBack(request, reply, { rest, query, subject: (app) => ({ app }) });
  }

  @Post('groups/*')
  @RouteConfig(ANY_TYPE)
  group(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.rollBack(request, reply, { rest, query, subject: (group) => ({ group }) });
  }

  private async rollBack(
    request: FastifyRequest,
    reply: FastifyReply,
    {
      rest,
      query,
      subject,
    }: {
      readonly rest: string;
      readonly query: QueryParams;
      readonly subject: (id: string) => Subject;
    },
  ): Promise<void> {
    const path = splitVerbPath(rest);
    if (path?.verb !== 'rollback') return send(reply, uriNotFound());
    const to = wantedMoment(request.body);
    if (typeof to !== 'string') return send(reply, to);
    const { answer, command } = await this.parts.past.ask({
      kind: 'rollback',
      subject: subject(path.id),
      to,
      force: booleanParam(query, 'force', false),
      uri: pathOf(request.originalUrl),
    });
    return command === undefined ? send(reply, answer) : this.writer.write(request, reply, command);
  }
}

/** The text of `to`, or the answer to a body without one that can be read. */
function wantedMoment(body: unknown): string | Answer {
  const json = readJson(body);
  if (!json.ok) return json.answer;
  const to: unknown =
    typeof json.value === 'object' && json.value !== null ? Reflect.get(json.value, 'to') : undefined;
  const text = typeof to === 'number' ? String(to) : to;
  if (text === undefined) return invalid('error.path.missing');
  if (typeof text !== 'string') return invalid('error.expected.jsstring');
  return readMoment(text) === undefined
    ? invalid('must be a version, a position of the event log or an RFC 3339 time')
    : text;
}

const invalid = (error: string): Answer =>
  errorAnswer(422, 'Object is not valid', [{ path: '/to', errors: [error] }]);
