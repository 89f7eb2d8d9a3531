import { UsageError } from './errors.js';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A place in the history as the API takes it: a position, a time with a zone, or what people write for a time (`8h`
 * ago, `2026-11-22 23:00` on this machine's clock).
 *
 * @throws {UsageError} it is none of these.
 */
export function whenOf(text: string, nowMs: number): string {
  if (/^\d+$/.test(text)) return text;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])(?: ago)?$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return timeText(text, nowMs - Number(amount) * UNITS_MS[unit]!);
  }
  if (/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/i.test(text)) return text;
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return timeText(text, timeMs);
}

function timeText(text: string, timeMs: number): string {
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(`\`${text}\` is no position and no time`, [
      'for example 1234 (a position), 2026-11-22T23:00:00Z, "2026-11-22 23:00" or 8h (eight hours ago)',
    ]);
  }
  return time.toISOString();
}

/** How long something took or takes, in the two largest units: `1m 5s`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))}ms`;
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)}s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** How long ago a time of the API was, in its largest unit; nothing for one that cannot be read. */
export function ageText(time: string | undefined, nowMs: number): string | undefined {
  const timeMs = Date.parse(time ?? '');
  if (Number.isNaN(timeMs)) return undefined;
  const seconds = Math.max(0, Math.floor((nowMs - timeMs) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
