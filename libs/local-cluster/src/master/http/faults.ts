import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../runtime/clock.js';
import type { HttpFault } from '../state/test-hooks.js';
import { sendText } from './responses.js';

/** Lets a request feel a fault. Answers whether it is dealt with, so that nothing else is to be done. */
export async function suffer(
  fault: HttpFault | undefined,
  { request, response, clock }: { request: IncomingMessage; response: ServerResponse; clock: Clock },
): Promise<boolean> {
  if (fault === undefined) return false;
  const { delayMs } = fault;
  if (delayMs !== undefined) await new Promise<void>((resolve) => void clock.schedule(delayMs, resolve));
  if (fault.dropResponse) request.socket.destroy();
  if (fault.status === undefined) return false;
  if (!fault.dropResponse) sendText(response, fault.status, '');
  return true;
}
