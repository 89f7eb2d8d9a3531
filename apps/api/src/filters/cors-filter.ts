import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Configuration } from '#configuration';

const EXPOSED = 'X-Marathon-Leader, X-Marathon-Via, Marathon-Deployment-Id, Location, Link';
const MAX_AGE_SECONDS = '86400';

/**
 * Cross-origin access, only when origins are configured (`spec/operations.md` §10.3). A listed origin is echoed;
 * a preflight is answered before anybody asks for credentials, since browsers send none with it.
 */
export function corsFilter(
  server: FastifyInstance,
  { accessControlAllowOrigin: origins, accessControlAllowMethods: methods }: Configuration,
): void {
  if (origins === undefined || origins.length === 0) return;
  const allowedMethods = methods.join(', ');
  server.addHook('onRequest', (request, reply, done) => {
    const origin = allowedOrigin(request, origins);
    if (origin !== undefined) allow(request, reply, { origin, allowedMethods });
    if (!origins.includes('*')) reply.header('vary', 'Origin');
    if (isPreflight(request)) void reply.code(204).send();
    else done();
  });
}

function allowedOrigin(request: FastifyRequest, origins: readonly string[]): string | undefined {
  if (origins.includes('*')) return '*';
  const { origin } = request.headers;
  return origin !== undefined && origins.includes(origin) ? origin : undefined;
}

function allow(
  request: FastifyRequest,
  reply: FastifyReply,
  { origin, allowedMethods }: { readonly origin: string; readonly allowedMethods: string },
): void {
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': allowedMethods,
    'access-control-max-age': MAX_AGE_SECONDS,
    'access-control-expose-headers': EXPOSED,
  });
  const requested = request.headers['access-control-request-headers'];
  if (typeof requested === 'string') reply.header('access-control-allow-headers', requested);
}

const isPreflight = (request: FastifyRequest): boolean =>
  request.method === 'OPTIONS' &&
  request.headers.origin !== undefined &&
  request.headers['access-control-request-method'] !== undefined;
