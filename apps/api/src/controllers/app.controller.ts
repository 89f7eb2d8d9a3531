import { Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { isReadable, methodsOf, splitAppPath, type AppPath } from '../paths/app-path.js';
import type { Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { appWrite } from '../requests/app-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { send } from '../server/send.js';
import { methodNotAllowed } from '../wire/answer.js';
import { Writer } from '../writer.js';

/**
 * Everything below `/v2/apps/` (`spec/rest-api.md` §7.4–7.10, §8.5). Ids hold slashes, so the routes are wildcards
 * and one pure function tells what a path addresses.
 */
@Controller('v2/apps')
export class AppController {
  constructor(
    @Inject(StateReads) private readonly reads: StateReads,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get('*')
  @RouteConfig(NEGOTIATES)
  read(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): void | Promise<void> {
    const path = splitAppPath(rest);
    if (!isReadable(path)) return refuseMethod(reply, path);
    const { accept } = request.headers;
    return this.reads.send(request, reply, { kind: 'app', path, query, accept });
  }

  @Put('*')
  async put(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appWrite(sentRequest(request, query, rest)));
  }

  @Patch('*')
  async patch(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appWrite(sentRequest(request, query, rest)));
  }

  @Post('*')
  async restart(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appWrite(sentRequest(request, query, rest)));
  }

  @Delete('*')
  async remove(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, appWrite(sentRequest(request, query, rest)));
  }
}

const refuseMethod = (reply: FastifyReply, path: AppPath): void =>
  send(reply, methodNotAllowed(methodsOf(path)));
