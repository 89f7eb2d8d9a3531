import { positionAt, type TimedLog } from '#event-log';
import { errorAnswer, type Answer } from '../wire/answer.js';

const POSITION = /^\d{1,15}$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** A place on the log, or the answer to a text that names none. */
export type Since =
  { readonly ok: true; readonly position: number } | { readonly ok: false; readonly answer: Answer };

/** Reads a position or a time; neither may lie in the future. `nowMs`: epoch ms. */
export async function readSince(log: TimedLog, since: unknown, nowMs: number): Promise<Since> {
  const text = typeof since === 'number' || typeof since === 'string' ? String(since) : '';
  const future = refused(`'since' lies in the future: ${text}`);
  if (POSITION.test(text)) {
    const position = Number(text);
    return position > (await log.head()) ? future : { ok: true, position };
  }
  const timeMs = RFC_3339.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  if (Number.isNaN(timeMs)) return refused("Invalid 'since'. Expecting a position or a time (RFC 3339).");
  return timeMs > nowMs ? future : { ok: true, position: await positionAt(log, timeMs) };
}

const refused = (message: string): Since => ({ ok: false, answer: errorAnswer(400, message) });
