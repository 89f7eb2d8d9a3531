import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from '../http/authentication.js';
import { sendText, unauthorized } from '../http/responses.js';
import type { MasterState } from '../state/master-state.js';

/** Whether an operator may change things with this request; answers it when not. */
export function isLetIn(state: MasterState, request: IncomingMessage, response: ServerResponse): boolean {
  const { authenticateHttpReadonly, credentials } = state.options;
  if (authenticateHttpReadonly && authenticate(request, credentials).kind !== 'allowed') {
    unauthorized(response, 'mesos-master-readwrite');
    return false;
  }
  if (request.headers.origin !== undefined) {
    // A page in a browser: operators' tools do not say where they come from.
    sendText(response, 403, '');
    return false;
  }
  return true;
}
