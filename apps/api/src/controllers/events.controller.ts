import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventHub } from '../event-stream/event-hub.js';
import { parseStreamRequest } from '../event-stream/stream-request.js';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { namesType } from '../paths/accept.js';
import type { Query as QueryParams } from '../paths/query.js';
import { addressOf } from '../server/actor.js';
import { send } from '../server/send.js';
import { methodNotAllowed } from '../wire/answer.js';

const EVENT_STREAM = 'text/event-stream';

const STREAM_HEADERS: OutgoingHttpHeaders = {
  'content-type': `${EVENT_STREAM};charset=utf-8`,
  connection: 'close',
  'x-accel-buffering': 'no',
};

/** `GET /v2/events` (`spec/rest-api.md` §14, `spec/operations.md` §2). */
@Controller('v2/events')
export class EventsController {
  constructor(@Inject(EventHub) private readonly hub: EventHub) {}

  @Get()
  @RouteConfig(NEGOTIATES)
  stream(@Req() request: FastifyRequest, @Query() query: QueryParams, @Res() reply: FastifyReply): void {
    // Consumers probe for exactly this status to see whether a server streams at all.
    if (!namesType(request.headers.accept, EVENT_STREAM))
      return send(reply, methodNotAllowed(['GET', 'HEAD']));
    const lastEventId = request.headers['last-event-id'];
    const wanted = parseStreamRequest(query, typeof lastEventId === 'string' ? lastEventId : undefined);
    if (!wanted.ok) return send(reply, wanted.answer);
    // The framework would buffer, compress and frame; the stream writes its own bytes.
    reply.hijack();
    reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...STREAM_HEADERS });
    if (request.method === 'HEAD') {
      reply.raw.end();
      return;
    }
    reply.raw.flushHeaders();
    this.hub.subscribe(reply.raw, wanted.value, addressOf(request));
  }
}
