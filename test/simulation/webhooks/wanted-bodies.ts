import { appIdsOf, busEventsOf, cloudEventOf, recorded } from '#bus-events';
import type { WebhookSettings } from '#domain';
import type { StoredEvent } from '#event-log';

/** One body of a request, with what filters look at. */
interface Body {
  readonly types: readonly string[];
  readonly appIds: readonly string[];
  readonly text: string;
}

/** Nodes read the same objects, and all webhooks ask of the same events. */
const buses = new WeakMap<StoredEvent, readonly Body[]>();
const clouds = new WeakMap<StoredEvent, readonly Body[]>();

/** What a webhook with such settings is to be told of an event, in order (docs/webhooks.md). */
export function wantedBodies({ format, eventTypes, apps }: WebhookSettings, event: StoredEvent): string[] {
  const bodies = format === 'bus' ? known(buses, event, busBodies) : known(clouds, event, cloudBodies);
  if (bodies.length === 0) return [];
  const isOfType = ({ types }: Body): boolean =>
    eventTypes.length === 0 || types.some((type) => eventTypes.includes(type));
  const isOfApp = ({ appIds }: Body): boolean => apps.length === 0 || appIds.some((id) => meets(apps, id));
  return bodies.filter((body) => isOfType(body) && isOfApp(body)).map(({ text }) => text);
}

/** The workload asks for ids and for what begins like something. */
const meets = (patterns: readonly string[], id: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern));

const busBodies = (event: StoredEvent): Body[] =>
  busEventsOf(event).map(({ type, appIds, json }) => ({ types: [type], appIds, text: json }));

/** What is said of webhooks is said to none. */
function cloudBodies(event: StoredEvent): Body[] {
  const { type } = event;
  if (type.startsWith('Webhook')) return [];
  const text = JSON.stringify(cloudEventOf(event));
  return [{ types: [type, `io.ekiden.${type}`], appIds: appIdsOf(recorded(event)), text }];
}

function known(
  memory: WeakMap<StoredEvent, readonly Body[]>,
  event: StoredEvent,
  make: (event: StoredEvent) => readonly Body[],
): readonly Body[] {
  let bodies = memory.get(event);
  if (bodies === undefined) memory.set(event, (bodies = make(event)));
  return bodies;
}
