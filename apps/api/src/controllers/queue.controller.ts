import { Controller, Delete, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalPath, ReadQueue, type QueueItem } from '#domain';
import { ApiParts } from '../api-parts.js';
import type { Query as QueryParams } from '../paths/query.js';
import { wantsOffers } from '../reads/state-read.js';
import { formerMoment, markSequence, StateReads } from '../reads/state-reads.js';
import { send } from '../server/send.js';
import { jsonAnswer } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';
import { writeQueue } from '../wire/queue-json.js';
import { Writer } from '../writer.js';

const DELAY = '/delay';

/** `/v2/queue` (`spec/rest-api.md` §11.3, §11.4). Back-off and offer statistics live in the leader's memory. */
@Controller('v2/queue')
export class QueueController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(Writer) private readonly writer: Writer,
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(StateReads) private readonly reads: StateReads,
  ) {}

  /** What nobody but the leader knows is not told by others, nor of the past. */
  @Get()
  async list(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { term, projection } = this.parts;
    if (formerMoment(request) !== undefined || !term.now()) {
      return this.reads.send(request, reply, { kind: 'queue', query });
    }
    const items = await this.queries.execute<ReadQueue, readonly QueueItem[]>(new ReadQueue());
    markSequence(request, reply, projection.position);
    send(reply, jsonAnswer(200, writeQueue(items, wantsOffers(query))));
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
