import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain';

const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who authenticated; absent when the server asks nobody. */
    userName?: string;
    /** The client in whose name another node of the cluster asks. */
    forwardedFor?: string;
  }
}

/** The peer's address without port; behind a trusted proxy or another node, the client that these name. */
export const addressOf = (request: FastifyRequest): string =>
  request.forwardedFor ?? request.ip.replace(MAPPED_IPV4, '');

/** The peer's address without port, whoever it speaks for. */
export const peerOf = (request: FastifyRequest): string =>
  request.socket.remoteAddress?.replace(MAPPED_IPV4, '') ?? '';

/** Who asks, as events record it (`spec/operations.md` §18.1). */
export function actorOf(request: FastifyRequest): Actor {
  const address = addressOf(request);
  const peer = peerOf(request);
  return {
    kind: 'user',
    address,
    ...(request.userName === undefined ? {} : { name: request.userName }),
    ...(peer === '' || peer === address ? {} : { via: peer }),
  };
}
