import { Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiCommand } from '#domain';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { isReadable, methodsOf, splitAppPath, type AppPath } from '../paths/app-path.js';
import { pathOf } from '../paths/path-of.js';
import { booleanParam, listParam, type Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { methodNotAllowed } from '../wire/answer.js';
import { Writer } from '../writer.js';
import { killCommand } from './kill-command.js';

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
    const sent = sentApp(request, rest, query);
    if ('status' in sent) return send(reply, sent);
    const partialUpdate = booleanParam(query, 'partialUpdate', true);
    return this.writer.write(request, reply, { type: 'PutApp', ...sent, partialUpdate });
  }

  @Patch('*')
  async patch(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sent = sentApp(request, rest, query);
    if ('status' in sent) return send(reply, sent);
    return this.writer.write(request, reply, { type: 'PatchApp', ...sent });
  }

  @Post('*')
  async restart(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = splitAppPath(rest);
    if (path.kind !== 'restart') return refuseMethod(reply, path);
    const force = booleanParam(query, 'force', false);
    return this.writer.write(request, reply, { type: 'RestartApp', appId: path.appId, force });
  }

  @Delete('*')
  async remove(
    @Req() request: FastifyRequest,
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = splitAppPath(rest);
    const command = deleteCommand(path, query);
    if (command === undefined) return refuseMethod(reply, path);
    if ('status' in command) return send(reply, command);
    return this.writer.write(request, reply, command);
  }
}

const refuseMethod = (reply: FastifyReply, path: AppPath): void =>
  send(reply, methodNotAllowed(methodsOf(path)));

/** What a PUT or PATCH of one app sends, or the answer to one that cannot be read. */
function sentApp(request: FastifyRequest, rest: string, query: QueryParams) {
  const path = splitAppPath(rest);
  if (path.kind !== 'app') return methodNotAllowed(methodsOf(path));
  const body = readJson(request.body);
  if (!body.ok) return body.answer;
  return {
    appId: path.appId,
    json: body.value,
    force: booleanParam(query, 'force', false),
    uri: pathOf(request.originalUrl),
  };
}

/** What a DELETE means; `undefined` where the path takes none. */
function deleteCommand(path: AppPath, query: QueryParams) {
  switch (path.kind) {
    case 'app':
      return deleteApp(path.appId, query);
    case 'restart':
      // An app may still have this legacy id, and this is how it goes (§7.8).
      return deleteApp(`${path.appId}/restart`, query);
    case 'tasks': {
      // Of repeated hosts the first; an empty one is the host of no task.
      const [host] = listParam(query, 'host');
      return killCommand(host === undefined ? { appId: path.appId } : { appId: path.appId, host }, query);
    }
    case 'task':
      return killCommand({ appId: path.appId, taskId: path.taskId }, query);
    default:
      return undefined;
  }
}

/** Deleting an app is forced unless the client says otherwise (§5.3). */
const deleteApp = (appId: string, query: QueryParams): ApiCommand => ({
  type: 'DeleteApp',
  appId,
  force: booleanParam(query, 'force', true),
});
