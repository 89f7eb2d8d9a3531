import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ReadSchedulerStatus, type SchedulerStatus } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { LeaderAddress } from '../server/leader-address.js';
import { send } from '../server/send.js';
import { valueAnswer } from '../wire/answer.js';
import { printInfo } from '../wire/info.js';

/** `/v2/info` and `/v2/leader` (`spec/rest-api.md` §12.1, §12.2). */
@Controller('v2')
export class InfoController {
  private readonly leader: LeaderAddress;

  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(QueryBus) private readonly queries: QueryBus,
    adapterHost: HttpAdapterHost,
  ) {
    this.leader = new LeaderAddress(options.configuration, () => adapterHost.httpAdapter.getHttpServer());
  }

  @Get('info')
  async info(@Res() reply: FastifyReply): Promise<void> {
    const status = await this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(
      new ReadSchedulerStatus(),
    );
    send(reply, valueAnswer(printInfo(this.options, status, this.leader.hostPort)));
  }

  @Get('leader')
  leading(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer({ leader: this.leader.hostPort }));
  }
}
