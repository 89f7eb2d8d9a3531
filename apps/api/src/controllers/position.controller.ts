import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { send } from '../server/send.js';
import { ClusterFacts } from '../standby/cluster-facts.js';
import { POSITION_PATH } from '../standby/standby-route.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';

/** Where the leader is on the log: what other nodes ask before they answer reads (`design.md` §6). */
@Controller(POSITION_PATH)
export class PositionController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  @Get()
  async read(@Res() reply: FastifyReply): Promise<void> {
    const { term, projection } = this.parts;
    if (!term.now() && !(await term.begun())) return send(reply, errorAnswer(503, 'This node does not lead'));
    // Nothing waits between this and the look at the lease: the position is the newest that anybody can have seen here.
    send(reply, valueAnswer(ClusterFacts.of(this.options, projection.position)));
  }
}
