import { Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { groupMethodsOf, splitGroupPath, writableGroup } from '../paths/group-path.js';
import { booleanParam, type Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { ANY_TYPE, readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { methodNotAllowed, type Answer } from '../wire/answer.js';
import { Writer } from '../writer.js';

/** `/v2/groups` and everything below (`spec/rest-api.md` §9). Ids hold slashes, so the routes are wildcards. */
@Controller('v2/groups')
export class GroupsController {
  constructor(
    @Inject(StateReads) private readonly reads: StateReads,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get(['', '*'])
  read(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): void | Promise<void> {
    return this.reads.send(request, reply, { kind: 'group', path: splitGroupPath(rest ?? ''), query });
  }

  @Post(['', '*'])
  @RouteConfig(ANY_TYPE)
  async create(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sent = sentGroup(request, rest);
    if ('status' in sent) return send(reply, sent);
    const force = booleanParam(query, 'force', false);
    return this.writer.write(request, reply, { type: 'CreateGroup', ...sent, force });
  }

  @Put(['', '*'])
  @RouteConfig(ANY_TYPE)
  async put(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sent = sentGroup(request, rest);
    if ('status' in sent) return send(reply, sent);
    const force = booleanParam(query, 'force', false);
    const dryRun = booleanParam(query, 'dryRun', false);
    return this.writer.write(request, reply, { type: 'PutGroup', ...sent, force, dryRun });
  }

  @Patch('*')
  @RouteConfig(ANY_TYPE)
  async patch(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sent = sentGroup(request, rest);
    if ('status' in sent) return send(reply, sent);
    return this.writer.write(request, reply, { type: 'PatchGroup', ...sent });
  }

  @Delete(['', '*'])
  @RouteConfig(ANY_TYPE)
  async remove(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = splitGroupPath(rest ?? '');
    const groupId = writableGroup(path);
    if (groupId === undefined) return send(reply, methodNotAllowed(groupMethodsOf(path)));
    const force = booleanParam(query, 'force', false);
    return this.writer.write(request, reply, { type: 'DeleteGroup', groupId, force });
  }
}

/** The group and the body of a write, or the answer to one that cannot be read. */
function sentGroup(
  request: FastifyRequest,
  rest: string | undefined,
): Answer | { readonly groupId: string; readonly json: unknown } {
  const path = splitGroupPath(rest ?? '');
  const groupId = writableGroup(path);
  if (groupId === undefined) return methodNotAllowed(groupMethodsOf(path));
  const body = readJson(request.body);
  return body.ok ? { groupId, json: body.value } : body.answer;
}
