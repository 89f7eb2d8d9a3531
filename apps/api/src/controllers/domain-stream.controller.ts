import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { DomainSubscription, type DomainForm } from '../event-stream/domain-subscription.js';
import { EventHub } from '../event-stream/event-hub.js';
import { openStream } from '../event-stream/open-stream.js';
import { readSpan } from '../event-stream/stream-span.js';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { namesType, qualityOf } from '../paths/accept.js';
import type { Query as QueryParams } from '../paths/query.js';
import { send } from '../server/send.js';
import { errorAnswer } from '../wire/answer.js';

const TYPES: Readonly<Record<DomainForm, string>> = {
  sse: 'text/event-stream',
  lines: 'application/x-ndjson',
};

/** `GET /ekiden/v1/stream`: the events of the log as they are (docs/event-stream.md). */
@Controller('ekiden/v1/stream')
export class DomainStreamController {
  constructor(
    @Inject(EventHub) private readonly hub: EventHub,
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
  ) {}

  @Get()
  @RouteConfig(NEGOTIATES)
  async stream(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const form = formOf(request.headers.accept);
    if (form === undefined) return send(reply, errorAnswer(406, 'Not Acceptable'));
    const span = await readSpan(request, this.options);
    if (!span.ok) return send(reply, span.answer);
    const subscriber = openStream(request, reply, `${TYPES[form]};charset=utf-8`);
    if (subscriber === undefined) return;
    this.hub.subscribe(subscriber, new DomainSubscription(query, form), span.value);
  }
}

/** Whoever has no preference gets lines, which anybody can read. */
function formOf(accept: string | undefined): DomainForm | undefined {
  if (namesType(accept, TYPES.sse)) return 'sse';
  return qualityOf(accept, TYPES.lines) > 0 ? 'lines' : undefined;
}
