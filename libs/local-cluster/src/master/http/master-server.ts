import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MaintenanceEndpoint } from '../operator/maintenance-endpoint.js';
import type { OperatorCalls } from '../operator/operator-calls.js';
import type { OperatorEndpoint } from '../operator/operator-endpoint.js';
import { sendText } from './responses.js';
import { requestUrl } from '../../runtime/request-url.js';
import type { MasterState } from '../state/master-state.js';
import { suffer } from './faults.js';
import type { PlainCalls } from './plain-connection.js';
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
/** What a leading master answers: the scheduler endpoint and the operator's pages, bare and under `/master`. */
export class MasterServer {
  /** Answers requests below `/_control/`; without one they find nothing. */
  control: ControlHandler | undefined;

  constructor(
    private readonly state: MasterState,
    private readonly parts: ServerParts,
  ) {}

  /** Calls of subscribed frameworks, which are most of what is said. */
  get plainCalls(): PlainCalls {
    return this.parts.scheduler;
  }

  /** Answers a request. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    this.route(request, response).catch((error: unknown) => this.fail(response, error));
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = requestUrl(request);
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
