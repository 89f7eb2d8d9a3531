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

const LONGEST_NAME = 256;
const LONGEST_REASON = 1024;

/** Header values arrive as Latin-1; clients send UTF-8. What is not printable has no business in a record. */
function claimed(header: string | string[] | undefined, longest: number): string | undefined {
  const text = Buffer.from([header ?? ''].flat().join(', '), 'latin1').toString('utf8');
  const printable = text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, longest);
  return printable === '' ? undefined : printable;
}

/** Who asks, as events record it (`spec/operations.md` §18.1); what a client claims beside it is marked as such. */
export function actorOf(request: FastifyRequest): Actor {
  const address = addressOf(request);
  const peer = peerOf(request);
  const onBehalfOf = claimed(request.headers['x-ekiden-actor'], LONGEST_NAME);
  const reason = claimed(request.headers['x-ekiden-reason'], LONGEST_REASON);
  return {
    kind: 'user',
    address,
    ...(request.userName === undefined ? {} : { name: request.userName }),
    ...(peer === '' || peer === address ? {} : { via: peer }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(reason === undefined ? {} : { reason }),
  };
}
