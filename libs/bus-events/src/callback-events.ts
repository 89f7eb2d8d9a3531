import { formatTimestamp, type WebhookKind } from '#domain';
import type { StoredEvent } from '#event-log';
import { busEvent, type BusEvent } from './bus-event.js';

/** A callback came or went (`spec/operations.md` §3.1, §5); of other webhooks the bus says nothing. */
export function callbackChanged(
  type: 'subscribe_event' | 'unsubscribe_event',
  { actor, time }: StoredEvent,
  { kind, url }: { readonly kind: WebhookKind; readonly url: string },
): readonly BusEvent[] {
  if (kind !== 'callback') return [];
  const fields = { clientIp: actor.address ?? 'unknown', callbackUrl: url };
  return [busEvent(type, formatTimestamp(time), [], fields)];
}
