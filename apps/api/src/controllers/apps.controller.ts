import { Controller, Get, Inject, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../paths/path-of.js';
import { booleanParam, type Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { errorAnswer } from '../wire/answer.js';
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
