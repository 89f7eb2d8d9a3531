import { Controller, Get, Inject, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { appsWrite } from '../requests/app-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { Writer } from '../writer.js';

/** `/v2/apps`: the collection (`spec/rest-api.md` §7.2, §7.3, §7.6). */
@Controller('v2/apps')
export class AppsController {
  constructor(
    @Inject(StateReads) private readonly reads: StateReads,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  list(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): void | Promise<void> {
    return this.reads.send(request, reply, { kind: 'apps', query });
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
