import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { canonicalPath } from '#domain';
import { ApiParts } from '../api-parts.js';
import { textParam, type Query as QueryParams } from '../paths/query.js';
import type { Subject } from '../past/question.js';
import { SEQUENCE_HEADER } from '../reads/state-reads.js';
import { send } from '../server/send.js';
import { errorAnswer } from '../wire/answer.js';

/** What differs between two versions or instants of an app or a group (`spec/operations.md` §18.3). */
@Controller('ekiden/v1/diff')
export class DiffController {
  constructor(@Inject(ApiParts) private readonly parts: ApiParts) {}

  @Get()
  async diff(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    const subject = subjectOf(query);
    if (subject === undefined) {
      return send(reply, errorAnswer(400, 'One of app, group and stream must say what is to be compared'));
    }
    const from = textParam(query, 'from');
    if (from === undefined) {
      return send(reply, errorAnswer(400, 'from must say with what the comparison begins'));
    }
    const to = textParam(query, 'to');
    const { answer, position } = await this.parts.past.ask({ kind: 'diff', subject, from, to });
    if (position !== undefined) reply.header(SEQUENCE_HEADER, position);
    send(reply, answer);
  }
}

const STREAM = /^(app|group):(\/.*)$/;

function subjectOf(query: QueryParams): Subject | undefined {
  const subjects: Subject[] = [];
  const app = textParam(query, 'app');
  if (app !== undefined) subjects.push({ app: canonicalPath(app) });
  const group = textParam(query, 'group');
  if (group !== undefined) subjects.push({ group: canonicalPath(group) });
  const stream = textParam(query, 'stream');
  if (stream !== undefined) {
    const [, kind, id = ''] = STREAM.exec(stream) ?? [];
    if (kind === undefined) return undefined;
    subjects.push(kind === 'app' ? { app: canonicalPath(id) } : { group: canonicalPath(id) });
  }
  return subjects.length === 1 ? subjects[0] : undefined;
}
