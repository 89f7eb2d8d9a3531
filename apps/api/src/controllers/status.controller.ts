import { Controller, Get, Inject, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ReadSchedulerStatus, type SchedulerStatus } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { send } from '../server/send.js';
import { ClusterFacts } from '../standby/cluster-facts.js';
import { valueAnswer } from '../wire/answer.js';

/**
 * `/ekiden/v1/status`: who leads, where the log stands, whether Mesos is there (`spec/ui.md` §17). A node that does not
 * lead lets the leader answer, which alone is in session with Mesos; `?consistency=stale` asks the node itself.
 */
@Controller('ekiden/v1/status')
export class StatusController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  @Get()
  async read(@Res() reply: FastifyReply): Promise<void> {
    const { projection, finder, own, term } = this.parts;
    const { log, frameworkName } = ClusterFacts.of(this.options, projection.position);
    const leads = term.now();
    const status = {
      node: own.hostPort,
      leader: finder.hostPort ?? null,
      leads,
      frameworkName,
      eventLog: log,
      position: projection.position,
      logBytes: await this.options.log.sizeBytes(),
      apps: projection.model.state.apps.size,
      deployments: projection.model.state.deployments.size,
      mesos: leads ? await this.mesos() : null,
      version: this.options.buildRevision,
    };
    send(reply, valueAnswer(status));
  }

  private async mesos(): Promise<object> {
    const { connected, mesosLeaderUiUrl } = await this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(
      new ReadSchedulerStatus(),
    );
    return { connected, master: mesosLeaderUiUrl };
  }
}
