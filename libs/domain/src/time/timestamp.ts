/** `yyyy-MM-ddTHH:mm:ss.SSSZ`, UTC, always three fraction digits; sorts as text (`spec/definitions.md` §2.4). */
export type Timestamp = string;

/** The wire form of an instant given in epoch milliseconds. */
export function formatTimestamp(epochMs: number): Timestamp {
  // oxlint-disable-next-line no-restricted-globals -- formatting a given instant reads no clock
  return new Date(epochMs).toISOString();
}

const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** What four digits of a year can say, in epoch milliseconds; an offset may lead out of it. */
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_999;

/**
 * Epoch milliseconds of an ISO-8601 text with any fraction length, or `undefined` when it is none, or an instant that
 * {@link formatTimestamp} has no form for.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, date, minutes = '00:00', seconds = '00', fraction = '', offset = 'Z'] = match;
  const millis = `${fraction}000`.slice(0, 3);
  const zone =
    offset === 'Z' ? 'Z' : offset.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, h, m) => `${h}:${m ?? '00'}`);
  // oxlint-disable-next-line no-restricted-globals -- parsing a given text reads no clock
  const epochMs = Date.parse(`${date}T${minutes}:${seconds}.${millis}${zone}`);
  return epochMs >= EARLIEST_MS && epochMs <= LATEST_MS ? epochMs : undefined;
}
