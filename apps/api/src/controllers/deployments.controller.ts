import { Controller, Delete, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query as QueryParams } from '../paths/query.js';
import { Projection } from '../projection/projection.js';
import { deploymentCancel } from '../requests/other-writes.js';
import { sentRequest } from '../requests/write-request.js';
import { send } from '../server/send.js';
import { valueAnswer } from '../wire/answer.js';
import { printDeployment } from '../wire/deployment-json.js';
import { Writer } from '../writer.js';

/** `/v2/deployments` (`spec/rest-api.md` §11.1, §11.2). */
@Controller('v2/deployments')
export class DeploymentsController {
  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  list(@Res() reply: FastifyReply): void {
    const { state } = this.projection.model;
    const listed = [...state.deployments.values()].filter(({ plan }) => plan.steps.length > 0);
    send(reply, valueAnswer(listed.map((deployment) => printDeployment(state, deployment))));
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
