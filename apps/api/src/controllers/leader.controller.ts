import { Controller, Delete, Get, Inject, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ApiParts } from '../api-parts.js';
import { listParam, type Query as QueryParams } from '../paths/query.js';
import { ANY_TYPE } from '../server/body-parser.js';
import { send } from '../server/send.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';

const BACKUP_URI = /^(?:file:\/\/\/|s3:\/\/[^/])./;

/** `/v2/leader` (`spec/operations.md` §6.4, `spec/rest-api.md` §12.2). */
@Controller('v2/leader')
export class LeaderController {
  constructor(@Inject(ApiParts) private readonly parts: ApiParts) {}

  /** The leader as this node knows it. */
  @Get()
  read(@Res() reply: FastifyReply): void {
    const { hostPort } = this.parts.finder;
    send(reply, hostPort === undefined ? noLeader() : valueAnswer({ leader: hostPort }));
  }

  /** Makes the leader give up its lead. */
  @Delete()
  @RouteConfig(ANY_TYPE)
  abdicate(@Query() query: QueryParams, @Res() reply: FastifyReply): void {
    const uris = [...listParam(query, 'backup'), ...listParam(query, 'restore')];
    const invalid = uris.find((uri) => !BACKUP_URI.test(uri));
    if (invalid !== undefined) {
      return send(reply, errorAnswer(422, `Invalid URI or unsupported scheme: ${invalid}`));
    }
    if (uris.length > 0) {
      const message = 'Backup and restore are not supported by this version of Ekiden; nothing was done';
      return send(reply, errorAnswer(422, message));
    }
    send(
      reply,
      this.parts.leadership.abdicate()
        ? valueAnswer({ message: 'Leadership abdicated', details: [] })
        : noLeader(),
    );
  }
}

const noLeader = () => errorAnswer(404, 'There is no leader', []);
