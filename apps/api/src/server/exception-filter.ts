import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogFencedError, LogUnavailableError } from '#event-log';
import type { Logger } from '#observability';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ProjectionStoppedError } from '../projection/projection.js';
import { errorAnswer } from '../wire/answer.js';
import { send } from './send.js';

/**
 * Turns what was thrown into an error envelope. Refusals are values, so this sees only errors of the framework
 * (too large a body, say), of the log, and bugs.
 */
@Catch()
export class ApiExceptionFilter implements ExceptionFilter {
  private readonly logger: Logger;

  constructor(@Inject(API_OPTIONS) options: ApiOptions) {
    this.logger = options.logging.logger('api');
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { method, url } = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const status = statusOf(error);
    if (status >= 500) this.logger.error({ method, url, status, error }, 'request failed');
    if (reply.sent) reply.raw.destroy();
    else send(reply, errorAnswer(status, error.message));
  }
}

function statusOf(error: Error): number {
  if (error instanceof LogUnavailableError || error instanceof LogFencedError) return 503;
  if (error instanceof ProjectionStoppedError) return 503;
  if (error instanceof HttpException) return error.getStatus();
  const status = 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}
