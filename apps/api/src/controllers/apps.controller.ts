import { Controller, Get, Inject, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import type { Query as QueryParams } from '../paths/query.js';
import { appFilterOf } from '../projection/app-filter.js';
import { writeApps } from '../projection/app-queries.js';
import { Projection } from '../projection/projection.js';
import { appsWrite } from '../requests/app-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { send } from '../server/send.js';
import { jsonAnswer } from '../wire/answer.js';
import { embedsOf, LIST_EMBEDS } from '../wire/embeds.js';
import { Writer } from '../writer.js';

/** `/v2/apps`: the collection (`spec/rest-api.md` §7.2, §7.3, §7.6). */
@Controller('v2/apps')
export class AppsController {
  private readonly nowMs: () => number;

  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Writer) private readonly writer: Writer,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  @Get()
  list(@Query() query: QueryParams, @Res() reply: FastifyReply): void {
    const selection = appFilterOf(query);
    if (!selection.ok) return send(reply, selection.answer);
    const printing = { embeds: LIST_EMBEDS | embedsOf(query), nowMs: this.nowMs() };
    send(
      reply,
      jsonAnswer(200, `{"apps":[${writeApps(this.projection.model, selection.filter, printing)}]}`),
    );
  }

  @Post()
  async create(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appsWrite(sentRequest(request, query)));
  }

  @Put()
  async putAll(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appsWrite(sentRequest(request, query)));
  }

  @Patch()
  async patchAll(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appsWrite(sentRequest(request, query)));
  }
}
