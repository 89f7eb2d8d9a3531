import { Controller, Delete, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalPath, ReadQueue, recordedLaunchQueue, type QueueItem } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { listParam, type Query as QueryParams } from '../paths/query.js';
import { send } from '../server/send.js';
import { jsonAnswer } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';
import { writeQueue } from '../wire/queue-json.js';
import { Writer } from '../writer.js';

const DELAY = '/delay';

/** `/v2/queue` (`spec/rest-api.md` §11.3, §11.4). Back-off and offer statistics live in the leader's memory. */
@Controller('v2/queue')
export class QueueController {
  private readonly nowMs: () => number;

  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(Writer) private readonly writer: Writer,
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  @Get()
  async list(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    const items = await this.items();
    const withOffers = listParam(query, 'embed').includes('lastUnusedOffers');
    send(reply, jsonAnswer(200, writeQueue(items, withOffers)));
  }

  private async items(): Promise<readonly QueueItem[]> {
    const { term, projection } = this.parts;
    if (!term.now()) return recordedLaunchQueue(projection.model.state, this.nowMs());
    return this.queries.execute<ReadQueue, readonly QueueItem[]>(new ReadQueue());
  }

  @Delete('*')
  async resetDelay(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!rest.endsWith(DELAY)) return send(reply, uriNotFound());
    const appId = canonicalPath(`/${rest.slice(0, -DELAY.length)}`);
    return this.writer.write(request, reply, { type: 'ResetDelay', appId });
  }
}
