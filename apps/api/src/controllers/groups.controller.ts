import { Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { splitGroupPath } from '../paths/group-path.js';
import type { Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { ANY_TYPE } from '../server/body-parser.js';
import { groupWrite } from '../requests/group-writes.js';
import { sentRequest } from '../requests/write-request.js';
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
    return this.writer.write(request, reply, groupWrite(sentRequest(request, query, rest)));
  }

  @Put(['', '*'])
  @RouteConfig(ANY_TYPE)
  async put(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, groupWrite(sentRequest(request, query, rest)));
  }

  @Patch('*')
  @RouteConfig(ANY_TYPE)
  async patch(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, groupWrite(sentRequest(request, query, rest)));
  }

  @Delete(['', '*'])
  @RouteConfig(ANY_TYPE)
  async remove(
    @Req() request: FastifyRequest,
    @Param('*') rest: string | undefined,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, groupWrite(sentRequest(request, query, rest)));
  }
}
