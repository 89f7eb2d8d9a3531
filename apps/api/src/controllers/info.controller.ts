import { Controller, Get, Inject, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ReadSchedulerStatus, type SchedulerStatus } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { send } from '../server/send.js';
import { valueAnswer } from '../wire/answer.js';
import { printInfo } from '../wire/info.js';

/** `/v2/info` (`spec/rest-api.md` §12.1). */
@Controller('v2/info')
export class InfoController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  @Get()
  async info(@Res() reply: FastifyReply): Promise<void> {
    const elected = this.parts.term.now();
    const status = elected ? await this.askScheduler() : this.recorded();
    const leader = this.parts.finder.hostPort ?? null;
    send(reply, valueAnswer(printInfo(this.options, status, { elected, leader })));
  }

  private askScheduler(): Promise<SchedulerStatus> {
    return this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(new ReadSchedulerStatus());
  }

  /** What a node without a leader knows. */
  private recorded(): SchedulerStatus {
    const { frameworkId = null } = this.parts.projection.model.state;
    return { connected: false, frameworkId, mesosLeaderUiUrl: null, ready: false };
  }
}
