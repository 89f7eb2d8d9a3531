import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiCommand } from '#domain';
import { commandBehind } from '../requests/planned-write.js';
import { readJson } from '../server/body-parser.js';
import { send } from '../server/send.js';
import type { Answer } from '../wire/answer.js';
import { planAnswer, refusedAnswer } from '../wire/plan-json.js';
import { Writer } from '../writer.js';
import { PlanBody } from './bodies/plan-body.js';
import { validateBody } from './bodies/validate-body.js';

/** `POST /ekiden/v1/plan`: what a write of v2 would come to now; nothing is changed (docs/plan.md). */
@Controller('ekiden/v1/plan')
export class PlanController {
  constructor(@Inject(Writer) private readonly writer: Writer) {}

  @Post()
  @HttpCode(200)
  async plan(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const json = readJson(request.body);
    if (!json.ok) return send(reply, json.answer);
    const body = validateBody(PlanBody, json.value);
    if (!body.ok) return send(reply, body.answer);
    const command = commandBehind(body.value);
    if ('status' in command) return send(reply, refusedAnswer(command));
    send(reply, await this.answer(withoutDryRun(command)));
  }

  private async answer(command: ApiCommand): Promise<Answer> {
    const planned = await this.writer.plan(command, true);
    return 'status' in planned ? planned : planAnswer(command, planned);
  }
}

/** Planned is the write itself, not a dry run of it. */
const withoutDryRun = (command: ApiCommand): ApiCommand =>
  command.type === 'PutGroup' ? { ...command, dryRun: false } : command;
