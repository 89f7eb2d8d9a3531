import { Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { tasksDelete } from '../requests/other-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { JSON_TYPE } from '../wire/answer.js';
import { TEXT_TYPE } from '../wire/text-answer.js';
import { Writer } from '../writer.js';

/** `/v2/tasks` (`spec/rest-api.md` §8.3–8.5). */
@Controller('v2/tasks')
export class TasksController {
  constructor(
    @Inject(StateReads) private readonly reads: StateReads,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  @RouteConfig({ produces: [JSON_TYPE, TEXT_TYPE] })
  list(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): void | Promise<void> {
    return this.reads.send(request, reply, { kind: 'tasks', query, accept: request.headers.accept });
  }

  @Post('delete')
  async delete(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, tasksDelete(sentRequest(request, query)));
  }
}
