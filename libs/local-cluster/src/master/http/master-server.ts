import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MaintenanceEndpoint } from '../operator/maintenance-endpoint.js';
import type { OperatorCalls } from '../operator/operator-calls.js';
import type { OperatorEndpoint } from '../operator/operator-endpoint.js';
import { sendText } from './responses.js';
import type { MasterState } from '../state/master-state.js';
import { suffer } from './faults.js';
import { SCHEDULER_PATH, type SchedulerEndpoint } from './scheduler-endpoint.js';

export interface ServerParts {
  readonly scheduler: SchedulerEndpoint;
  readonly operator: OperatorEndpoint;
  readonly maintenance: MaintenanceEndpoint;
  readonly calls: OperatorCalls;
}

/** Answers one request of the control API. */
export type ControlHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

const CONTROL_PREFIX = '/_control/';
const CALLS_PATH = '/api/v1';
const MASTER_PREFIX = '/master';
/** Longer than a client's own idle limit, so that the client decides and never meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;

/** The master's HTTP server: the scheduler endpoint and the operator's pages, bare and under `/master`. */
export class MasterServer {
  private readonly server: Server;
  /** Answers requests below `/_control/`; without one they find nothing. */
  control: ControlHandler | undefined;

  constructor(
    private readonly state: MasterState,
    private readonly parts: ServerParts,
  ) {
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true });
    this.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.route(request, response).catch((error: unknown) => this.fail(response, error));
    });
  }

  /** Resolves with the port once connections are taken; rejects when the address cannot be had. */
  listen(ip: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, ip, () => {
        this.server.off('error', reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Breaks all connections, streams included: to frameworks it looks like the end of the process. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://master');
    if (url.pathname.startsWith(`${MASTER_PREFIX}/`)) url.pathname = url.pathname.slice(MASTER_PREFIX.length);
    if (this.control !== undefined && url.pathname.startsWith(CONTROL_PREFIX)) {
      await this.control(request, response, url);
    } else if (await this.isDealtWith(request, response, url.pathname)) return;
    else if (url.pathname === SCHEDULER_PATH) await this.parts.scheduler.handle(request, response);
    else if (url.pathname === CALLS_PATH) await this.parts.calls.handle(request, response);
    else if (await this.parts.maintenance.handle(request, response, url)) return;
    else if (!(await this.parts.operator.handle(request, response, url))) sendText(response, 404, '');
  }

  /** What tests want to happen to requests comes first (spec/local-cluster.md §25). */
  private async isDealtWith(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<boolean> {
    const { hooks, clock } = this.state;
    const { detour } = hooks;
    if (detour !== undefined) {
      if ('redirectTo' in detour) {
        response.setHeader('Location', `//${detour.redirectTo}${request.url}`);
        sendText(response, 307, '');
      } else sendText(response, detour.status, '');
      return true;
    }
    const fault = hooks.takeFault?.(path);
    return fault !== undefined && suffer(fault, { request, response, clock });
  }

  private fail(response: ServerResponse, error: unknown): void {
    // A client that went away while it was sending is no failure of ours.
    if (response.destroyed) return;
    this.state.logger.error({ error }, 'A request failed');
    if (response.headersSent) response.destroy();
    else sendText(response, 500, '');
  }
}
