import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { BusSubscription } from '../event-stream/bus-subscription.js';
import { EventHub } from '../event-stream/event-hub.js';
import { openStream } from '../event-stream/open-stream.js';
import { readSpan } from '../event-stream/stream-span.js';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { namesType } from '../paths/accept.js';
import type { Query as QueryParams } from '../paths/query.js';
import { send } from '../server/send.js';
import { methodNotAllowed } from '../wire/answer.js';

const EVENT_STREAM = 'text/event-stream';

/** `GET /v2/events` (`spec/rest-api.md` §14, `spec/operations.md` §2). */
@Controller('v2/events')
export class EventsController {
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
    // Consumers probe for exactly this status to see whether a server streams at all.
    if (!namesType(request.headers.accept, EVENT_STREAM))
      return send(reply, methodNotAllowed(['GET', 'HEAD']));
    const span = await readSpan(request, this.options);
    if (!span.ok) return send(reply, span.answer);
    const subscriber = openStream(request, reply, `${EVENT_STREAM};charset=utf-8`);
    if (subscriber !== undefined) this.hub.subscribe(subscriber, new BusSubscription(query), span.value);
  }
}
