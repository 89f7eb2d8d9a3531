import { Controller, Delete, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takesCallbacks } from '#configuration';
import type { ApiCommand } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { textParam, type Query as QueryParams } from '../paths/query.js';
import { Projection } from '../projection/projection.js';
import { ANY_TYPE } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { isCallable } from '../webhooks/callable-url.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';
import { Writer } from '../writer.js';

/** `/v2/eventSubscriptions`: the callbacks of Marathon before 1.5 (`spec/operations.md` §5). */
@Controller('v2/eventSubscriptions')
export class EventSubscriptionsController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  list(@Res() reply: FastifyReply): void {
    if (!takesCallbacks(this.options.configuration)) return send(reply, DISABLED);
    const webhooks = [...this.projection.model.state.webhooks.values()];
    const callbackUrls = webhooks.flatMap(({ kind, url }) => (kind === 'callback' ? [url] : []));
    send(reply, valueAnswer({ callbackUrls }));
  }

  @Post()
  @RouteConfig(ANY_TYPE)
  async add(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.write(request, reply, (url) => ({ type: 'AddCallback', url }), query);
  }

  @Delete()
  @RouteConfig(ANY_TYPE)
  async remove(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.write(request, reply, (url) => ({ type: 'RemoveCallback', url }), query);
  }

  private async write(
    request: FastifyRequest,
    reply: FastifyReply,
    command: (url: string) => ApiCommand,
    query: QueryParams,
  ): Promise<void> {
    if (!takesCallbacks(this.options.configuration)) return send(reply, DISABLED);
    const url = textParam(query, 'callbackUrl') ?? '';
    if (!isCallable(url)) return send(reply, invalidUrl(url));
    return this.writer.write(request, reply, command(url));
  }
}

/** Clients look for a body that begins with `{"message`. */
const DISABLED = errorAnswer(
  400,
  'http event callback system is not running on this Ekiden instance. Please re-start this instance with ' +
    '"--event_subscriber http_callback".',
);

const invalidUrl = (url: string) =>
  errorAnswer(
    422,
    `Invalid callbackUrl '${url}': an http:// or https:// address without credentials is expected`,
  );
