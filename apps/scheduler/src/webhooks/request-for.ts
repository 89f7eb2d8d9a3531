import type { Webhook } from '#domain';
import type { StoredEvent } from '#event-log';
import { SealBrokenError } from '#secrets';
import type { DeliveryPorts } from './delivery-ports.js';
import type { Delivery } from './post.js';
import { sign } from './sign.js';

/** What is to be sent. */
export interface Consignment {
  readonly webhook: Webhook;
  readonly event: StoredEvent;
  /** Place among the requests of this event, from 0. */
  readonly part: number;
  readonly body: string;
}

/** The request, or why it cannot be signed (docs/webhooks.md). */
export function requestFor(
  { webhook, event, part, body }: Consignment,
  { openSecret, nowMs, callbacks }: Pick<DeliveryPorts, 'openSecret' | 'nowMs' | 'callbacks'>,
): Delivery | { readonly unsealed: string } {
  const { id, url, kind, sealedSecret, timeoutMs } = webhook;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'Ekiden',
    'x-ekiden-webhook': id,
    'x-event-id': String(event.position),
    'x-event-index': String(part),
  };
  try {
    if (sealedSecret !== undefined)
      headers['x-ekiden-signature'] = sign(body, openSecret(sealedSecret), nowMs());
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    return { unsealed: `the secret of the webhook cannot be opened on this node: ${error.message}` };
  }
  return { url, headers, body, timeoutMs: kind === 'callback' ? callbacks.timeoutMs : timeoutMs };
}
