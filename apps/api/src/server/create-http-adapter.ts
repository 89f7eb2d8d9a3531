import type { Socket } from 'node:net';
import fastifyCompress from '@fastify/compress';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastify, type FastifyInstance } from 'fastify';
import type { ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { acceptFilter } from '../filters/accept-filter.js';
import { basicAuthFilter } from '../filters/basic-auth-filter.js';
import { concurrencyFilter } from '../filters/concurrency-filter.js';
import { corsFilter } from '../filters/cors-filter.js';
import { forwardedFilter } from '../filters/forwarded-filter.js';
import { headersFilter } from '../filters/headers-filter.js';
import { minSequenceFilter } from '../filters/min-sequence-filter.js';
import { observationFilter } from '../filters/observation-filter.js';
import { standbyFilter } from '../filters/standby-filter.js';
import { unmatchedFilter } from '../filters/unmatched-filter.js';
import { refusalFilter } from '../history/refusal-filter.js';
import { normalizeUrl } from '../paths/normalize-url.js';
import { errorAnswer, JSON_TYPE } from '../wire/answer.js';
import { BODY_LIMIT_BYTES, registerBodyParser } from './body-parser.js';
import { send } from './send.js';

/** Idle connections are closed after this time (`spec/operations.md` §1.1). */
const IDLE_TIMEOUT_MS = 30_000;

/** Answers below this size are not worth compressing. */
const COMPRESSION_THRESHOLD_BYTES = 1024;

/**
 * The HTTP server of the API with its filter chain (`spec/operations.md` §1.1), for `NestFactory.create(module,
 * adapter, { bodyParser: false })`. Filters run in the order in which they are added here.
 */
export async function createHttpAdapter(options: ApiOptions): Promise<FastifyAdapter> {
  const { configuration } = options;
  const parts = ApiParts.of(options);
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    trustProxy: configuration.trustedProxies === undefined ? false : [...configuration.trustedProxies],
    rewriteUrl: (request) => normalizeUrl(request.url ?? '/'),
    frameworkErrors: (error, _request, reply) => send(reply, errorAnswer(400, error.message)),
    clientErrorHandler: refuseUnreadable,
  });
  parts.listeners.serve(server);
  registerBodyParser(server);
  observationFilter(server, options);
  refusalFilter(server, options, parts);
  headersFilter(server, parts.finder);
  corsFilter(server, configuration);
  basicAuthFilter(server, configuration);
  forwardedFilter(server, configuration);
  concurrencyFilter(server, configuration);
  standbyFilter(server, parts);
  minSequenceFilter(server, parts);
  unmatchedFilter(server);
  acceptFilter(server);
  if (configuration.httpCompression) await addCompression(server);
  return new FastifyAdapter(server);
}

/** What cannot be read as HTTP is answered in the form of all errors, on the bare connection, which then ends. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const body = JSON.stringify({ message: reason });
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${JSON_TYPE}\r\nContent-Length: ${body.length}`;
  if (socket.writable) socket.write(`${head}\r\nConnection: close\r\n\r\n${body}`);
  socket.destroy(error);
}

/** Awaited, because only routes that are added after the plugin has loaded are compressed. */
async function addCompression(server: FastifyInstance): Promise<void> {
  await server.register(fastifyCompress, {
    encodings: ['gzip', 'identity'],
    threshold: COMPRESSION_THRESHOLD_BYTES,
  });
}
