import type { StoredEvent } from '#event-log';
import { CliError } from '../errors.js';
import type { Api } from '../http/api.js';
import { linesOf } from '../http/server-sent-events.js';
import type { EventView } from '../commands/events-view.js';

/** Events handed on at a time. */
const PAGE = 1000;

/**
 * The position that a place in the history means; of none the newest.
 *
 * @throws {CliError} the log has not come so far: its stream would be waited for.
 */
export async function positionOf(api: Api, place: string | undefined): Promise<number> {
  if (place === undefined || /^\d+$/.test(place)) {
    const { position } = await api.get<{ position: number }>('/ekiden/v1/status');
    if (Number(place ?? 0) <= position) return Number(place ?? position);
    throw new CliError(`position ${place} lies in the future: the log is at ${position}`);
  }
  const answer = await api.send({ method: 'GET', path: '/v2/deployments', query: { at: place } });
  return Number(answer.headers['x-ekiden-sequence']);
}

/** Every event of the log up to a position, as the log has them, page by page. */
export async function* eventsUpTo(api: Api, position: number): AsyncGenerator<readonly StoredEvent[]> {
  if (position === 0) return;
  const response = await api.open({
    method: 'GET',
    path: '/ekiden/v1/stream',
    query: { since: 0, until: position },
    headers: { accept: 'application/x-ndjson' },
  });
  let page: StoredEvent[] = [];
  let last = 0;
  for await (const line of linesOf(response)) {
    if (line === '') continue;
    const event = storedEvent(JSON.parse(line) as WireEvent);
    if (event.position !== last + 1) throw new CliError(`the stream has no event ${last + 1}`);
    last = event.position;
    page.push(event);
    if (page.length >= PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
  if (last < position) throw new CliError(`the stream ended at position ${last}, before ${position}`);
}

type WireEvent = EventView & { readonly epoch: number; readonly schemaversion: number };

/** An event of the stream as it stands on the log. */
function storedEvent(event: WireEvent): StoredEvent {
  return {
    id: event.id,
    stream: event.subject,
    type: event.type.replace(/^io\.ekiden\./, ''),
    schema: event.schemaversion,
    time: Date.parse(event.time),
    actor: event.actor as StoredEvent['actor'],
    correlationId: event.correlationid ?? '',
    causationId: event.causationid ?? null,
    position: event.position,
    epoch: event.epoch,
    data: event.data,
  };
}
