import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Query as QueryParams } from '../paths/query.js';
import { splitVerbPath } from '../paths/verb-path.js';
import { send } from '../server/send.js';
import { uriNotFound } from '../wire/not-found.js';
import { WhyReads } from '../why/why-reads.js';
import { HistoryReads } from './history-reads.js';

/** Everything that ever happened (`spec/operations.md` §18.3, docs/history.md). Ids hold slashes: the verb comes last. */
@Controller('ekiden/v1')
export class HistoryController {
  constructor(
    @Inject(HistoryReads) private readonly reads: HistoryReads,
    @Inject(WhyReads) private readonly why: WhyReads,
  ) {}

  @Get('history')
  async list(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    send(reply, await this.reads.list(query));
  }

  @Get('commands/*')
  async command(
    @Param('*') correlation: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.reads.command(correlation, query));
  }

  @Get('deployments')
  async deployments(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    send(reply, await this.reads.deployments(query));
  }

  @Get('deployments/*')
  async deployment(@Param('*') id: string, @Res() reply: FastifyReply): Promise<void> {
    send(reply, await this.reads.deployment(id));
  }

  @Get('apps/*')
  async app(
    @Param('*') rest: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = splitVerbPath(rest);
    if (path === undefined) return send(reply, uriNotFound());
    if (path.verb === 'why') return send(reply, await this.why.app(path.id));
    send(reply, await this.reads.ofApp(path.id, path.verb, query));
  }

  @Get('instances/*')
  async instance(@Param('*') rest: string, @Res() reply: FastifyReply): Promise<void> {
    const path = splitVerbPath(rest);
    const instanceId = path?.id.slice(1) ?? '';
    if (path?.verb === 'why') return send(reply, await this.why.instance(instanceId));
    send(reply, path?.verb === 'origin' ? await this.reads.origin(instanceId) : uriNotFound());
  }
}
