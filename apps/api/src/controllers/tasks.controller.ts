import { Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listParam, type Query as QueryParams } from '../paths/query.js';
import { appTasks, everyApp, writeAllTasks } from '../projection/app-queries.js';
import { Projection } from '../projection/projection.js';
import { tasksDelete } from '../requests/other-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { send } from '../server/send.js';
import { JSON_TYPE, jsonAnswer } from '../wire/answer.js';
import { TEXT_TYPE, textTasksAnswer, wantsText } from '../wire/text-answer.js';
import { Writer } from '../writer.js';

/** Values of `status` and the conditions they select (`spec/rest-api.md` §8.3). */
const CONDITIONS: ReadonlyMap<string, string> = new Map([
  ['running', 'Running'],
  ['staging', 'Staging'],
]);

/** `/v2/tasks` (`spec/rest-api.md` §8.3–8.5). */
@Controller('v2/tasks')
export class TasksController {
  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  @RouteConfig({ produces: [JSON_TYPE, TEXT_TYPE] })
  list(@Req() request: FastifyRequest, @Query() query: QueryParams, @Res() reply: FastifyReply): void {
    const { model } = this.projection;
    if (wantsText(request.headers.accept)) {
      return send(reply, textTasksAnswer(appTasks(model, everyApp), query));
    }
    const conditions = [...listParam(query, 'status'), ...listParam(query, 'status[]')].flatMap(
      (status) => CONDITIONS.get(status.toLowerCase()) ?? [],
    );
    send(reply, jsonAnswer(200, `{"tasks":[${writeAllTasks(model, new Set(conditions))}]}`));
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
