import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiParts } from '../api-parts.js';
import { originForm } from '../paths/normalize-url.js';
import type { Query } from '../paths/query.js';
import { send } from '../server/send.js';
import { TERM_BEGIN_MS } from '../standby/leader-term.js';
import { isRead, standbyRoute } from '../standby/standby-route.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** How long the leader may take for what its scheduler remembers, in ms; this node can answer without it. */
const MEMORY_MS = 2000;

const RETRY_SOON = { 'Retry-After': '1' };

const NO_LEADER: Answer = {
  ...errorAnswer(502, 'Could not determine the current leader'),
  headers: RETRY_SOON,
};

const STOPPING: Answer = {
  ...errorAnswer(503, 'This node is stopping and takes no writes'),
  headers: RETRY_SOON,
};

/** Where every request of a node that does not lead goes (`spec/operations.md` §7). A leader answers at once. */
export function standbyFilter(server: FastifyInstance, parts: ApiParts): void {
  const { term, leadership } = parts;
  const standby = new StandbyRequests(parts);
  server.addHook('onRequest', (request, reply, done) => {
    if (term.now() && !leadership.stopping) return done();
    void standby.pass(request, reply, done);
  });
}

class StandbyRequests {
  constructor(private readonly parts: ApiParts) {}

  /** Answers the request, or lets this node go on with it. */
  async pass(request: FastifyRequest, reply: FastifyReply, goOn: (error?: Error) => void): Promise<void> {
    try {
      if (await this.isForUs(request, reply)) goOn();
    } catch (error) {
      goOn(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Whether this node goes on with the request itself; if not, it is answered. */
  private async isForUs(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const { term, leadership, configuration } = this.parts;
    const { method, url, is404: unknown } = request;
    const route = standbyRoute({ method, url, unknown, query: request.query as Query }, configuration);
    if (route === 'here') return true;
    if (leadership.stopping && !isRead(method)) {
      send(reply, STOPPING);
      return false;
    }
    // As good as always false at once; a leader that was just elected needs a moment.
    if (await term.begunWithin(TERM_BEGIN_MS)) return true;
    switch (route) {
      case 'read':
        return this.confirm(reply);
      case 'leader-read':
        return this.askLeader(request, reply);
      case 'forward':
      case 'redirect':
        return this.leaveToLeader(request, reply, route);
    }
  }

  private async confirm(reply: FastifyReply): Promise<boolean> {
    const confirmation = await this.parts.reads.confirm();
    if (!confirmation.current) reply.header('x-ekiden-stale', confirmation.staleSeconds);
    return true;
  }

  private async askLeader(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const { reads, finder, forwarder } = this.parts;
    const confirmation = await reads.confirm();
    const lead = finder.look();
    if (lead.at === 'here') return true;
    if (confirmation.current && lead.at === 'elsewhere') {
      const leader = { hostPort: lead.hostPort, limitMs: MEMORY_MS };
      if (await forwarder.tryRead(request, reply, leader)) return false;
    }
    reply.header('x-ekiden-stale', confirmation.current ? 0 : confirmation.staleSeconds);
    return true;
  }

  private async leaveToLeader(
    request: FastifyRequest,
    reply: FastifyReply,
    route: 'forward' | 'redirect',
  ): Promise<boolean> {
    const lead = await this.parts.finder.find();
    // A process that was stopped for a while finds requests that their senders gave up long ago.
    if (request.socket.destroyed) {
      reply.hijack();
      return false;
    }
    if (lead.at === 'here') return true;
    if (lead.at === 'nowhere') send(reply, NO_LEADER);
    else if (route === 'forward') await this.forward(request, reply, lead.hostPort);
    else {
      const location = `${this.parts.own.scheme}://${lead.hostPort}${originForm(request.originalUrl)}`;
      send(reply, { status: 302, headers: { Location: location } });
    }
    return false;
  }

  /** Writes do not go to a leader that is known to be that of another cluster. */
  private async forward(request: FastifyRequest, reply: FastifyReply, hostPort: string): Promise<void> {
    const { reads, forwarder } = this.parts;
    const difference = isRead(request.method) ? undefined : await reads.differenceFrom(hostPort);
    if (difference !== undefined) return send(reply, errorAnswer(502, difference));
    await forwarder.forward(request, reply, hostPort);
  }
}
