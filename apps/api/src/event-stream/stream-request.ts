import { matchesGlob, type BusEvent } from '#bus-events';
import { booleanParam, listParam, textParam, type Query } from '../paths/query.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** What a subscriber asked for (`spec/operations.md` §2.1, §2.6). */
export interface StreamRequest {
  readonly accepts: (event: BusEvent) => boolean;
  /** Whether frames carry `id:` lines. */
  readonly withIds: boolean;
  /** Replay begins behind this position; absent for live events only. */
  readonly after: number | undefined;
}

const POSITION = /^\d{1,15}$/;

/** Reads the query and the `Last-Event-ID` header, or tells why they make no sense. */
export function parseStreamRequest(
  query: Query,
  lastEventId: string | undefined,
): { readonly ok: true; readonly value: StreamRequest } | { readonly ok: false; readonly answer: Answer } {
  const since = textParam(query, 'since');
  if (since !== undefined && !POSITION.test(since)) {
    const message = `Invalid position '${since}' in 'since'. Expecting a decimal number.`;
    return { ok: false, answer: errorAnswer(400, message) };
  }
  // Libraries add the header on their own and repeat the URL, so the later of the two is what was seen last. A header
  // from another server means nothing here and is passed over.
  const seen = [since, lastEventId].flatMap((text) =>
    text !== undefined && POSITION.test(text) ? [Number(text)] : [],
  );
  return {
    ok: true,
    value: {
      accepts: eventFilter(listParam(query, 'event_type'), listParam(query, 'app')),
      withIds: booleanParam(query, 'ids', true),
      after: seen.length === 0 ? undefined : Math.max(...seen),
    },
  };
}

/** Exact event types and app patterns; an empty list lets everything through. */
function eventFilter(types: readonly string[], apps: readonly string[]): StreamRequest['accepts'] {
  const wanted = new Set(types);
  return ({ type, appIds }) =>
    (wanted.size === 0 || wanted.has(type)) &&
    (apps.length === 0 || appIds.some((appId) => apps.some((pattern) => matchesGlob(pattern, appId))));
}
