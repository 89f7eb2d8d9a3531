import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who authenticated; absent when the server asks nobody. */
    userName?: string;
  }
}

/** The peer's address without port; behind a trusted proxy, the client that the proxy names. */
export const addressOf = (request: FastifyRequest): string => request.ip.replace(/^::ffff:(?=\d+\.)/, '');

/** Who asks, as events record it (`spec/operations.md` §18.1). */
export function actorOf(request: FastifyRequest): Actor {
  const address = addressOf(request);
  const peer = request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  return {
    kind: 'user',
    address,
    ...(request.userName === undefined ? {} : { name: request.userName }),
    ...(peer === undefined || peer === address ? {} : { via: peer }),
  };
}
