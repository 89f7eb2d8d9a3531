import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { OwnAddress } from '../listeners/own-address.js';
import { originForm } from '../paths/normalize-url.js';
import type { Projection } from '../projection/projection.js';
import { BODY_LIMIT_BYTES } from '../server/body-parser.js';
import { peerOf } from '../server/actor.js';
import { send } from '../server/send.js';
import { errorAnswer } from '../wire/answer.js';
import { failureAnswer } from './failure-answer.js';
import { hasPassed, requestHeaders, responseHeaders } from './forward-headers.js';
import type { LeaderConnection, LeaderRequest } from './leader-connection.js';
import { reachedWithin } from './reached-within.js';
import { passingBody } from './request-body.js';

/** How long the answer of a write is held back for the reads of this node to show the write, in ms. */
const OWN_WRITE_MS = 2000;

/** Lets the leader answer requests of this node's clients (`spec/operations.md` §7.2). Nothing is ever sent twice. */
export class Forwarder {
  constructor(
    private readonly connection: LeaderConnection,
    private readonly own: OwnAddress,
    private readonly projection: Projection,
  ) {}

  /** Answers the request with what the leader answers, or tells why that failed. */
  async forward(request: FastifyRequest, reply: FastifyReply, hostPort: string): Promise<void> {
    if (hasPassed(request.headers['x-marathon-via'], this.own.hostPort)) {
      return send(reply, errorAnswer(502, 'Detected proxying loop.'));
    }
    // The leader would break off the connection, and its answer with it.
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) {
      return send(reply, errorAnswer(413, 'Request body is too large'));
    }
    const gone = clientGone(reply);
    try {
      await this.passOn(await this.connection.request(hostPort, this.asHop(request, gone)), reply);
    } catch (error) {
      if (gone.aborted) reply.hijack();
      else send(reply, failureAnswer(error));
    }
  }

  /**
   * As {@link forward}, for reads that this node can answer somehow itself. The whole answer has to be there within
   * the limit, so that none breaks off half way.
   *
   * @returns false when the leader did not answer; then nothing was sent.
   */
  async tryRead(
    request: FastifyRequest,
    reply: FastifyReply,
    { hostPort, limitMs }: { readonly hostPort: string; readonly limitMs: number },
  ): Promise<boolean> {
    if (hasPassed(request.headers['x-marathon-via'], this.own.hostPort)) return false;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    try {
      const signal = AbortSignal.any([clientGone(reply), limit.signal]);
      const response = await this.connection.read(hostPort, this.asHop(request, signal));
      const body = await response.body.bytes();
      reply.hijack();
      reply.raw
        .writeHead(response.statusCode, responseHeaders(response.headers, this.own.hostPort))
        .end(body);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A request as it goes on from here. */
  private asHop(request: FastifyRequest, signal: AbortSignal): LeaderRequest {
    const hop = { hostPort: this.own.hostPort, peer: peerOf(request) };
    const body = passingBody(request.raw);
    return {
      method: request.method,
      path: originForm(request.originalUrl),
      headers: requestHeaders(request.headers, hop) as IncomingHttpHeaders,
      signal,
      ...(body === undefined ? {} : { body }),
    };
  }

  /** Status, headers and body as they are; a write only once this node's reads show it. */
  private async passOn(response: Dispatcher.ResponseData, reply: FastifyReply): Promise<void> {
    const written = Number(response.headers['x-ekiden-sequence'] ?? 0);
    if (written > 0) await reachedWithin(this.projection, written, OWN_WRITE_MS);
    reply.hijack();
    try {
      const headers = responseHeaders(response.headers, this.own.hostPort);
      reply.raw.writeHead(response.statusCode, headers).flushHeaders();
      await pipeline(response.body, reply.raw);
    } catch {
      // What broke in the middle of a body can only be told by breaking off as well.
      reply.raw.destroy();
    }
  }
}

/** Aborted when the client goes away before it has its answer. */
function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
