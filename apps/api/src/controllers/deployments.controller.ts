import { Controller, Delete, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query as QueryParams } from '../paths/query.js';
import { StateReads } from '../reads/state-reads.js';
import { deploymentCancel } from '../requests/other-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { Writer } from '../writer.js';

/** `/v2/deployments` (`spec/rest-api.md` §11.1, §11.2). */
@Controller('v2/deployments')
export class DeploymentsController {
  constructor(
    @Inject(StateReads) private readonly reads: StateReads,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void | Promise<void> {
    return this.reads.send(request, reply, { kind: 'deployments' });
  }

  @Delete('*')
  async cancel(
    @Req() request: FastifyRequest,
    @Param('*') deploymentId: string,
    @Query() query: QueryParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, deploymentCancel(sentRequest(request, query, deploymentId)));
  }
}
