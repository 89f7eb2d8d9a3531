import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MasterInfo } from '#mesos';
import { requestUrl } from '../../runtime/request-url.js';
import type { MasterOptions } from '../options.js';
import { authenticate } from './authentication.js';
import { sendText, unauthorized } from './responses.js';
import { SCHEDULER_PATH } from './scheduler-endpoint.js';

/** What a master that does not lead knows. */
export interface StandbyView {
  readonly options: MasterOptions;
  /** Who leads, as far as is known. */
  readonly leader: () => MasterInfo | undefined;
}

/**
 * Answers of a master that does not lead (C§2, rows 1, 3 and 4; C§5.1): who leads, or that nobody does. Only its own
 * health and version are its own affair.
 */
export function answerOnStandby(
  { options, leader }: StandbyView,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, search } = requestUrl(request);
  const path = pathname.replace(/^\/master(?=\/)/, '');
  if (path === '/health') return sendText(response, 200, '');
  if (path === '/version') {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ version: options.version, local_cluster: true }));
    return;
  }
  if (path === SCHEDULER_PATH && options.authenticateHttpFrameworks) {
    if (authenticate(request, options.credentials).kind === 'refused') {
      return unauthorized(response, 'mesos-master-scheduler');
    }
  }
  const address = leader()?.address;
  if (address === undefined) return sendText(response, 503, 'No leader elected');
  const place = `//${address.hostname ?? address.ip}:${address.port}`;
  response.setHeader('Location', path === '/redirect' ? place : `${place}${pathname}${search}`);
  sendText(response, 307, '');
}
