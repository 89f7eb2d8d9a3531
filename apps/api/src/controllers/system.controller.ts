import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReadSchedulerStatus, type SchedulerStatus } from '#domain';
import { metricsJson, PROMETHEUS_CONTENT_TYPES, prometheusText } from '#observability';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { namesType } from '../paths/accept.js';
import { readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { TERM_BEGIN_MS } from '../standby/leader-term.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';
import { pingAnswer } from '../wire/ping.js';
import { LoggerChangeBody, levelNamed } from './bodies/logger-change-body.js';
import { validateBody } from './bodies/validate-body.js';

/** Endpoints about this process (`spec/rest-api.md` §13, `spec/operations.md` §1.2, §7.3, §13, §14). */
@Controller()
export class SystemController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get('ping')
  @RouteConfig(NEGOTIATES)
  ping(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(reply, pingAnswer(request.headers.accept));
  }

  /** The process runs and answers. */
  @Get('live')
  live(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer({ status: 'live' }));
  }

  /** The state is loaded, reads are current and writes are taken, by this node or by a leader that it reaches. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { projection, term } = this.parts;
    if (!projection.following) return send(reply, errorAnswer(503, 'The state is not loaded'));
    if (!(await term.begunWithin(TERM_BEGIN_MS))) return this.readyAsStandby(reply);
    const { ready } = await this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(
      new ReadSchedulerStatus(),
    );
    send(reply, ready ? valueAnswer({ status: 'ready' }) : errorAnswer(503, 'Writes are not taken yet'));
  }

  private async readyAsStandby(reply: FastifyReply): Promise<void> {
    const confirmation = await this.parts.reads.confirm();
    send(
      reply,
      confirmation.current ? valueAnswer({ status: 'ready' }) : errorAnswer(503, confirmation.reason),
    );
  }

  @Get('metrics')
  metrics(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer(metricsJson(this.options.metrics.read())));
  }

  @Get('metrics/prometheus')
  @RouteConfig(NEGOTIATES)
  prometheus(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (!this.options.configuration.metricsPrometheus) {
      return send(reply, errorAnswer(404, 'Prometheus reporter is disabled'));
    }
    const openMetrics = namesType(request.headers.accept, 'application/openmetrics-text');
    const format = openMetrics ? 'openmetrics' : 'text';
    const body = prometheusText(this.options.metrics.read(), format);
    send(reply, { status: 200, contentType: PROMETHEUS_CONTENT_TYPES[format], body });
  }

  @Get('logging')
  loggers(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer(this.options.logging.levels()));
  }

  @Post('logging')
  setLevel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const json = readJson(request.body);
    if (!json.ok) return send(reply, json.answer);
    const body = validateBody(LoggerChangeBody, json.value);
    if (!body.ok) return send(reply, body.answer);
    const { logger, durationSeconds } = body.value;
    const level = levelNamed(body.value.level)!;
    const result = this.options.logging.setLevel(logger, level, durationSeconds ?? undefined);
    send(
      reply,
      result.ok ? valueAnswer({ logger, level, durationSeconds }) : errorAnswer(422, result.message),
    );
  }

  @Get('config')
  config(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer(this.options.settings));
  }
}
