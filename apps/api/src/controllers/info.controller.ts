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
    const mesosLeaderUiUrl = elected ? (await this.askScheduler()).mesosLeaderUiUrl : null;
    const leader = this.parts.finder.hostPort ?? null;
    // From the log, so that nobody relies on an id that a crash could take back.
    const { frameworkId = null } = this.parts.projection.model.state;
    send(reply, valueAnswer(printInfo(this.options, { elected, leader, frameworkId, mesosLeaderUiUrl })));
  }

  private askScheduler(): Promise<SchedulerStatus> {
    return this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(new ReadSchedulerStatus());
  }
}
