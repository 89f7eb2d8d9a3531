import { Controller, Get, Inject, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { pathOf } from '../paths/path-of.js';
import { booleanParam, type Query as QueryParams } from '../paths/query.js';
import { appFilterOf } from '../projection/app-filter.js';
import { writeApps } from '../projection/app-queries.js';
import { Projection } from '../projection/projection.js';
import { readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { errorAnswer, jsonAnswer } from '../wire/answer.js';
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
    const body = readJson(request.body);
    if (!body.ok) return send(reply, body.answer);
    const force = booleanParam(query, 'force', false);
    const uri = pathOf(request.originalUrl);
    return this.writer.write(request, reply, { type: 'CreateApp', json: body.value, force, uri });
  }

  @Put()
  async putAll(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.updateAll(request, reply, {
      force: booleanParam(query, 'force', false),
      partialUpdate: booleanParam(query, 'partialUpdate', true),
      createMissing: true,
    });
  }

  @Patch()
  async patchAll(
    @Req() request: FastifyRequest,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const force = booleanParam(query, 'force', false);
    return this.updateAll(request, reply, { force, partialUpdate: true, createMissing: false });
  }

  private async updateAll(
    request: FastifyRequest,
    reply: FastifyReply,
    mode: { readonly force: boolean; readonly partialUpdate: boolean; readonly createMissing: boolean },
  ): Promise<void> {
    const body = readJson(request.body);
    if (!body.ok) return send(reply, body.answer);
    if (!Array.isArray(body.value)) return send(reply, notAnArray(request.method));
    return this.writer.write(request, reply, { type: 'UpdateApps', items: body.value as unknown[], ...mode });
  }
}

/** Sending one app's change to the collection is a common slip; the answer names the path that was meant. */
function notAnArray(method: string) {
  const message =
    `${method} /v2/apps takes an array of apps; ` +
    `to change one app use ${method} /v2/apps/{id}, for example ${method} /v2/apps/my-app`;
  return errorAnswer(422, message, [{ path: '/', errors: ['error.expected.jsarray'] }]);
}
