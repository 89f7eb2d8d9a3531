import { Controller, Delete, Get, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { webhookSummary, type Webhook } from '#domain';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { Projection } from '../projection/projection.js';
import { ANY_TYPE } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { readSince } from '../webhooks/since.js';
import { readChanges, readNewWebhook, readRedelivery } from '../webhooks/webhook-settings.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';
import { deadLetterJson, webhookJson } from '../wire/webhook-json.js';
import { Writer } from '../writer.js';

/** `/ekiden/v1/webhooks`: who is sent events, and how far that has come (docs/webhooks.md). */
@Controller('ekiden/v1/webhooks')
export class WebhooksController {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Writer) private readonly writer: Writer,
  ) {}

  @Get()
  list(@Res() reply: FastifyReply): void {
    const webhooks = [...this.projection.model.state.webhooks.values()];
    send(reply, valueAnswer({ webhooks: webhooks.map((webhook) => webhookJson(webhookSummary(webhook))) }));
  }

  @Get(':id')
  read(@Param('id') id: string, @Res() reply: FastifyReply): void {
    this.show(reply, id, (webhook) => webhookJson(webhookSummary(webhook)));
  }

  /** Newest first. */
  @Get(':id/dead-letters')
  deadLetters(@Param('id') id: string, @Res() reply: FastifyReply): void {
    this.show(reply, id, (webhook) => ({
      deadLetters: webhook.deadLetters.toReversed().map(deadLetterJson),
    }));
  }

  @Post()
  async subscribe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sent = readNewWebhook(request.body, this.options.secrets);
    if (!sent.ok) return send(reply, sent.answer);
    const { settings, since } = sent.value;
    if (since === undefined || since === null) {
      return this.writer.write(request, reply, { type: 'SubscribeWebhook', settings });
    }
    const place = await readSince(this.options.log, since, (this.options.nowMs ?? Date.now)());
    if (!place.ok) return send(reply, place.answer);
    const after = place.position;
    return this.writer.write(request, reply, { type: 'SubscribeWebhook', settings, after });
  }

  @Patch(':id')
  async change(
    @Req() request: FastifyRequest,
    @Param('id') webhookId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const changes = readChanges(request.body, this.options.secrets);
    if (!changes.ok) return send(reply, changes.answer);
    return this.writer.write(request, reply, { type: 'ChangeWebhook', webhookId, changes: changes.value });
  }

  @Delete(':id')
  @RouteConfig(ANY_TYPE)
  async unsubscribe(
    @Req() request: FastifyRequest,
    @Param('id') webhookId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, { type: 'UnsubscribeWebhook', webhookId });
  }

  @Post(':id/pause')
  @RouteConfig(ANY_TYPE)
  async pause(
    @Req() request: FastifyRequest,
    @Param('id') webhookId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, { type: 'PauseWebhook', webhookId });
  }

  /** Also tries one at once that backs off. */
  @Post(':id/resume')
  @RouteConfig(ANY_TYPE)
  async resume(
    @Req() request: FastifyRequest,
    @Param('id') webhookId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.writer.write(request, reply, { type: 'ResumeWebhook', webhookId });
  }

  @Post(':id/redeliver')
  async redeliver(
    @Req() request: FastifyRequest,
    @Param('id') webhookId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const what = readRedelivery(request.body);
    if (!what.ok) return send(reply, what.answer);
    return this.writer.write(request, reply, { type: 'RedeliverWebhook', webhookId, what: what.value });
  }

  private show(reply: FastifyReply, id: string, print: (webhook: Webhook) => object): void {
    const webhook = this.projection.model.state.webhooks.get(id);
    if (webhook === undefined) return send(reply, errorAnswer(404, `Webhook '${id}' does not exist`));
    send(reply, valueAnswer(print(webhook)));
  }
}
