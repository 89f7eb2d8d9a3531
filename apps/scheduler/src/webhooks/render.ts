import { appIdsOf, busEventsOf, cloudEventOf, matchesGlob, recorded } from '#bus-events';
import type { WebhookSettings } from '#domain';
import type { StoredEvent } from '#event-log';

/** The facts about webhooks go to no webhook: they would follow from their own delivery, for ever. */
const BOOKKEEPING = /^Webhook[A-Z]/;

const CLOUD_PREFIX = 'io.ekiden.';

/** Webhooks at the same place share the events that they read, and each event is printed once for all of them. */
const busEvents = oncePerEvent(busEventsOf);
const cloudEventText = oncePerEvent((event) => JSON.stringify(cloudEventOf(event)));

/** What of an event goes to a webhook: the bodies of its requests, in order; mostly one or none. */
export function bodiesFor(
  { format, eventTypes, apps }: Pick<WebhookSettings, 'format' | 'eventTypes' | 'apps'>,
  event: StoredEvent,
): readonly string[] {
  const concerns = (appIds: readonly string[]): boolean =>
    apps.length === 0 || appIds.some((appId) => apps.some((pattern) => matchesGlob(pattern, appId)));
  const isWanted = (...names: readonly string[]): boolean =>
    eventTypes.length === 0 || names.some((name) => eventTypes.includes(name));

  if (format === 'bus') {
    const wanted = busEvents(event).filter(({ type, appIds }) => isWanted(type) && concerns(appIds));
    return wanted.map(({ json }) => json);
  }
  const { type } = event;
  if (BOOKKEEPING.test(type) || !isWanted(type, CLOUD_PREFIX + type)) return [];
  return concerns(appIdsOf(recorded(event))) ? [cloudEventText(event)] : [];
}

function oncePerEvent<T>(print: (event: StoredEvent) => T): (event: StoredEvent) => T {
  const printed = new WeakMap<StoredEvent, T>();
  return (event) => {
    let known = printed.get(event);
    if (known === undefined) printed.set(event, (known = print(event)));
    return known;
  };
}
