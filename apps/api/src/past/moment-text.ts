import { parseTimestamp } from '#domain';

/** Where on the log somebody points. */
export type MomentText =
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'time'; readonly timeMs: number };

const POSITION = /^\d{1,15}$/;
/** An unescaped `+` in a query string arrives as a space. */
const LOST_PLUS = / (?=\d{2}(?::?\d{2})?$)/;

/** Reads a decimal position or an RFC 3339 time; `undefined` for what is neither (`spec/operations.md` §18.3). */
export function readMoment(text: string): MomentText | undefined {
  if (POSITION.test(text)) return { kind: 'position', position: Number(text) };
  const timeMs = parseTimestamp(text.replace(LOST_PLUS, '+'));
  return timeMs === undefined ? undefined : { kind: 'time', timeMs };
}
