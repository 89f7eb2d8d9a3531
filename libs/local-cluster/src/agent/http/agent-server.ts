import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../../runtime/logger.js';
import { decoded, requestUrl } from '../../runtime/request-url.js';
import { badRequest, notFound, type Answer, type Endpoint } from './answer.js';

/** Prefix under which the reference serves the same endpoints. */
export const agentPathPrefix = '/slave(1)';

/** Name of a JSONP callback; anything else would let a link run a script of its own. */
const callbackName = /^[A-Za-z_$][\w$.]*$/;

/** The agent's HTTP server (spec/local-cluster.md §24): each endpoint bare and under `/slave(1)`. */
export class AgentServer {
  private readonly server: Server;

  constructor(
    private readonly endpoints: ReadonlyMap<string, Endpoint>,
    private readonly logger: Logger,
  ) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** Listens and gives the port. Rejects when the address cannot be had. */
  async listen(ip: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, ip, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return this.port;
  }

  /** The port that is listened on; 0 before. */
  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? 0;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = requestUrl(request);
      const answer = await this.answer(request.method ?? 'GET', url);
      await send(answer, url.searchParams.get('jsonp'), response);
    } catch (error) {
      this.logger.error({ url: request.url, error: String(error) }, 'request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  private answer(method: string, url: URL): Answer | Promise<Answer> {
    const path = decoded(url.pathname);
    const bare = path.startsWith(`${agentPathPrefix}/`) ? path.slice(agentPathPrefix.length) : path;
    const endpoint = this.endpoints.get(bare.length > 1 ? bare.replace(/\/$/, '') : bare);
    if (endpoint === undefined) return notFound();
    if (method !== 'GET' && method !== 'HEAD') {
      return { kind: 'text', status: 405, text: `Expecting one of { 'GET' }, but received '${method}'` };
    }
    const jsonp = url.searchParams.get('jsonp');
    if (jsonp !== null && !callbackName.test(jsonp)) return badRequest('Invalid JSONP callback name.');
    return endpoint(url.searchParams);
  }
}

async function send(answer: Answer, jsonp: string | null, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case 'json': {
      const text = JSON.stringify(answer.body);
      const type = jsonp === null ? 'application/json' : 'text/javascript';
      response.writeHead(200, { 'content-type': type }).end(jsonp === null ? text : `${jsonp}(${text});`);
      return;
    }
    case 'text':
      response.writeHead(answer.status, { 'content-type': 'text/plain; charset=utf-8' }).end(answer.text);
      return;
    case 'file': {
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(answer.name)}`;
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': disposition,
        'content-length': answer.size,
      });
      await pipeline(answer.content, response);
    }
  }
}
