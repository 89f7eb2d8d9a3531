import type { FastifyRequest } from 'fastify';
import { parseTimestamp } from '#domain';
import { positionAt, type TimedLog } from '#event-log';
import { textParam, type Query } from '../paths/query.js';
import { errorAnswer, type Answer } from '../wire/answer.js';
import type { StreamSpan } from './subscription.js';

const POSITION = /^\d{1,15}$/;

/** What is needed to tell positions from times. */
export interface Timeline {
  readonly log: TimedLog;
  /** Wall clock, epoch ms; the system's unless given. */
  readonly nowMs?: () => number;
}

type Readable<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer };

/**
 * Where a stream begins and ends: by `since`, `until` (positions or RFC 3339 times) and the `Last-Event-ID` header, or
 * why that makes no sense.
 */
export async function readSpan(
  request: Pick<FastifyRequest, 'query' | 'headers'>,
  timeline: Timeline,
): Promise<Readable<StreamSpan>> {
  const query = request.query as Query;
  const lastEventId = request.headers['last-event-id'];
  const since = await readPlace(query, 'since', timeline);
  if (!since.ok) return since;
  const until = await readPlace(query, 'until', timeline);
  if (!until.ok) return until;
  // Libraries add the header on their own and repeat the URL, so the later of the two is what was seen last. A header
  // from another server means nothing here and is passed over.
  const header = typeof lastEventId === 'string' && POSITION.test(lastEventId) ? [Number(lastEventId)] : [];
  const seen = [...(since.value === undefined ? [] : [since.value]), ...header];
  return {
    ok: true,
    value: {
      ...(seen.length === 0 ? {} : { after: Math.max(...seen) }),
      ...(until.value === undefined ? {} : { until: until.value }),
    },
  };
}

/** The position that a parameter names, by number or by time. */
async function readPlace(
  query: Query,
  name: 'since' | 'until',
  { log, nowMs = Date.now }: Timeline,
): Promise<Readable<number | undefined>> {
  const text = textParam(query, name);
  if (text === undefined) return { ok: true, value: undefined };
  if (POSITION.test(text)) return { ok: true, value: Number(text) };
  // A plus sign that was not escaped arrives as a space.
  const timeMs = parseTimestamp(text.replace(' ', '+'));
  if (timeMs === undefined) {
    return refuse(`Invalid position '${text}' in '${name}'. Expecting a decimal number or an RFC 3339 time.`);
  }
  if (timeMs > nowMs()) return refuse(`The time '${text}' in '${name}' lies in the future.`);
  return { ok: true, value: await positionAt(log, timeMs) };
}

const refuse = (message: string) => ({ ok: false, answer: errorAnswer(400, message) }) as const;
