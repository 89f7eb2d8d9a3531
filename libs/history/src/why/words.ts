import type { Actor } from '#domain';

/** `1 task`, `3 tasks`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `is` for one, `are` for all other numbers. */
export const are = (n: number): string => (n === 1 ? 'is' : 'are');

const SPANS: readonly (readonly [ms: number, noun: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** A length of time in its largest whole unit: `3 minutes`. */
export function duration(ms: number): string {
  for (const [unitMs, noun] of SPANS) {
    if (ms >= unitMs) return count(Math.floor(ms / unitMs), noun);
  }
  return 'less than a second';
}

/** Who asked, and why if they said so: `ada for jo ("night shift")`. */
export function who({ kind, name, address, onBehalfOf, reason }: Actor): string {
  const saidWhy = reason === undefined ? '' : ` ("${reason}")`;
  if (kind === 'mesos') return 'Mesos';
  if (kind !== 'user') return `Ekiden${saidWhy}`;
  const asker = name ?? address ?? 'somebody';
  return `${onBehalfOf === undefined ? asker : `${asker} for ${onBehalfOf}`}${saidWhy}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** A sentence as part of another. */
export const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Ends a text from elsewhere like a sentence. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
