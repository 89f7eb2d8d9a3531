import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger, Metrics, Timer } from '#observability';
import type { ApiOptions } from '../api-options.js';
import { pathOf } from '../paths/path-of.js';
import { STREAM_PATHS } from '../standby/standby-route.js';

const TIMED_METHODS = [
  'get',
  'post',
  'put',
  'delete',
  'head',
  'options',
  'trace',
  'connect',
  'move',
] as const;
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Measures every request under the names of `spec/operations.md` §13.2 and logs it at debug. */
export function observationFilter(server: FastifyInstance, { metrics, logging }: ApiOptions): void {
  const observe = createObserver(metrics, logging.logger('api.requests'));
  const active = metrics.gauge('http.requests.active');
  server.addHook('onRequest', (request, reply, done) => {
    active.add(1);
    const startedAtMs = performance.now();
    const bytesBefore = request.socket.bytesWritten;
    // `close` comes for answered and for broken-off requests alike.
    reply.raw.once('close', () => {
      active.add(-1);
      observe(request, reply, { startedAtMs, bytesBefore });
    });
    done();
  });
}

interface Beginning {
  readonly startedAtMs: number;
  /** What the connection had sent before this request. */
  readonly bytesBefore: number;
}

function createObserver(metrics: Metrics, logger: Logger) {
  const all = metrics.timer('http.requests.duration');
  const timers = new Map<string, Timer>(
    TIMED_METHODS.map((method) => [method.toUpperCase(), metrics.timer(`http.requests.${method}.duration`)]),
  );
  const otherMethods = metrics.timer('http.requests.other.duration');
  const responses = STATUS_CLASSES.map((statusClass) => metrics.meter(`http.responses.${statusClass}.rate`));
  const requestBytes = metrics.counter('http.requests.size');
  const responseBytes = metrics.counter('http.responses.size');
  const gzippedBytes = metrics.counter('http.responses.size.gzipped');

  return (request: FastifyRequest, reply: FastifyReply, { startedAtMs, bytesBefore }: Beginning): void => {
    const durationMs = performance.now() - startedAtMs;
    const status = reply.raw.statusCode;
    // A stream lasts as long as its reader likes; its time and bytes say nothing about requests.
    if (!STREAM_PATHS.has(pathOf(request.url))) {
      all.record(durationMs);
      (timers.get(request.method) ?? otherMethods).record(durationMs);
      // A compressed body has no length in advance, so what went over the connection is counted, head included.
      if (reply.hasHeader('content-encoding'))
        gzippedBytes.increment(request.socket.bytesWritten - bytesBefore);
      else responseBytes.increment(lengthOf(reply.getHeader('content-length')));
    }
    requestBytes.increment(lengthOf(request.headers['content-length']));
    responses[Math.floor(status / 100) - 1]?.mark();
    const { method, url } = request;
    logger.debug({ method, url, status, durationMs, address: request.ip }, 'request');
  };
}

function lengthOf(header: number | string | readonly string[] | undefined): number {
  const length = Number(header ?? 0);
  return Number.isFinite(length) ? length : 0;
}
