import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { positionAt } from '#event-log';
import { endLine, headLine, type AuditDigest, type History } from '#history';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import type { Query as QueryParams } from '../paths/query.js';
import { send } from '../server/send.js';
import { valueAnswer } from '../wire/answer.js';
import { answered } from './history-reads.js';
import { BadQueryError, momentParam, rangeParams, refuseFuture, type TimedLog } from './read-query.js';

const LINES_TYPE = 'application/x-ndjson';

/** The log as a chain of hashes, to be kept and checked elsewhere (docs/history.md). */
@Controller('ekiden/v1/audit')
export class AuditController {
  private readonly log: ApiOptions['log'];
  private readonly timed: TimedLog;
  private readonly history: History;

  constructor(@Inject(API_OPTIONS) options: ApiOptions, @Inject(ApiParts) parts: ApiParts) {
    this.log = options.log;
    this.timed = { log: options.log, nowMs: options.nowMs ?? Date.now };
    this.history = parts.history;
  }

  @Get('digest')
  async digest(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    send(
      reply,
      await answered(async () => valueAnswer(await this.history.auditDigest(await this.moment(query)))),
    );
  }

  private async moment(query: QueryParams): Promise<number> {
    const at = momentParam(query, 'at');
    if (at === undefined) return this.log.head();
    await refuseFuture({ at }, this.timed);
    return at.kind === 'time' ? positionAt(this.log, at.timeMs) : at.position;
  }

  /** Streamed: one portion is written when the one before has gone out. */
  @Get('export')
  @RouteConfig({ produces: [LINES_TYPE, 'application/json'] })
  async export(@Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    let begin: { from: number; to: number; before: AuditDigest } | undefined;
    const refusal = await answered(async () => {
      const { from = 1, to = await this.log.head() } = await rangeParams(query, this.timed);
      if (from > to + 1) throw new BadQueryError(`'from' (${from}) is behind 'to' (${to})`);
      begin = { from, to, before: await this.history.auditDigest(from - 1) };
      return { status: 200 };
    });
    if (begin === undefined) return send(reply, refusal);
    reply.hijack();
    const headers = { ...(reply.getHeaders() as Record<string, string>), 'content-type': LINES_TYPE };
    reply.raw.writeHead(200, headers);
    if (reply.raw.req.method === 'HEAD') reply.raw.end();
    else await this.write(reply.raw, begin);
  }

  /** Breaks the connection off when the log cannot be read to the end: half an audit must not look like a whole one. */
  private async write(
    response: ServerResponse,
    { from, to, before }: { from: number; to: number; before: AuditDigest },
  ): Promise<void> {
    try {
      await written(response, `${headLine({ from, to, previousHash: before.hash })}\n`);
      let at = before;
      while (at.position < to && !response.destroyed) {
        const { text, upTo } = await this.history.auditPortion(at, to);
        at = upTo;
        await written(response, text);
      }
      response.end(`${endLine({ events: to - from + 1, last: to, hash: at.hash })}\n`);
    } catch {
      response.destroy();
    }
  }
}

/** Resolves when the connection takes more. */
function written(response: ServerResponse, chunk: Uint8Array | string): Promise<void> {
  if (response.destroyed || response.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const goOn = (): void => {
      response.off('drain', goOn);
      response.off('close', goOn);
      resolve();
    };
    response.once('drain', goOn);
    response.once('close', goOn);
  });
}
